"""How the page writes numbers, times and JSON."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["amount", "bytes_text", "duration", "pretty", "short", "short_json"]

_SECOND = 1000
_MINUTE = 60 * _SECOND
_LINE = 80
_MOST_CHARACTERS = 2000
_UNITS = ("bytes", "KB", "MB")


def duration(milliseconds: float | None) -> str:
    """Write a duration with three digits that count; a dash where there is none."""
    if milliseconds is None:
        return "\u2013"
    if milliseconds < _SECOND:
        return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"
    if milliseconds < _MINUTE:
        return f"{milliseconds / _SECOND:.2f} s"
    return f"{int(milliseconds // _MINUTE)} min {milliseconds % _MINUTE / _SECOND:.0f} s"


def bytes_text(size: int) -> str:
    """Write a size."""
    number = float(size)
    for unit in _UNITS[:-1]:
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} {_UNITS[-1]}"


def amount(number: int, singular: str, plural: str = "") -> str:
    """Write a number of things: `1 call`, `2 calls`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def pretty(value: Any) -> str:
    """Write JSON for people, in lines; a text in its own lines, as it is."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)
    except RecursionError:
        return json.dumps("nested too deeply to be shown: download it")


def short(text: str) -> str:
    """Write a text, the end of which is left out where it is long."""
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}\u2026"


def short_json(value: Any) -> str:
    """Write JSON in one line where it is short, and in several where it is not."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= _LINE else short(json.dumps(value, ensure_ascii=False, indent=2))
