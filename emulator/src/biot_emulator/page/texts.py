"""How the page writes numbers, times and JSON."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["amount", "bytes_text", "duration", "pretty", "short", "short_json", "visible"]

_SECOND = 1000
_MINUTE = 60 * _SECOND
_LINE = 80
_MOST_CHARACTERS = 2000
_UNITS = ("bytes", "KB", "MB")
#: Controls but for tabs and the ends of lines, and what turns the direction of a text.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
#: Unicode has a picture of each of the first controls.
_PICTURES, _PICTURES_OF = 0x2400, 0x20


def duration(milliseconds: float | None) -> str:
    """Write a duration with three digits that count; a dash where there is none."""
    if milliseconds is None:
        return "\u2013"
    if milliseconds < _SECOND:
        return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"
    if milliseconds < _MINUTE:
        return f"{milliseconds / _SECOND:.2f} s"
    minutes, seconds = divmod(round(milliseconds / _SECOND), 60)
    return f"{minutes} min {seconds} s"


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
        return _json(value, indent=2)
    except RecursionError:
        return json.dumps("nested too deeply to be shown: download it")


def visible(text: str) -> str:
    """Write a text with signs for characters that nobody sees, and that may have others seen in another order."""
    return _INVISIBLE.sub(_sign, text)


def short(text: str) -> str:
    """Write a text, the end of which is left out where it is long."""
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}\u2026"


def short_json(value: Any) -> str:
    """Write JSON in one line where it is short, and in several where it is not."""
    line = _json(value)
    return line if len(line) <= _LINE else short(_json(value, indent=2))


def _json(value: Any, indent: int | None = None) -> str:
    """Write JSON, in which the characters that nobody sees are escaped: it says the same."""
    return _INVISIBLE.sub(_escape, json.dumps(value, ensure_ascii=False, indent=indent))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < _PICTURES_OF:
        return chr(_PICTURES + code)
    return _escape(match)
