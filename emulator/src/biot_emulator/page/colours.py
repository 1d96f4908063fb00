"""Tells the parts of a text apart, so that they can be coloured: JSON, and the lines of a log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from biot_emulator.page.texts import pretty

__all__ = ["PREVIEW", "Part", "Preview", "json_parts", "log_level"]

PREVIEW = 20_000
"""How many characters of a text are shown: megabytes of JSON would hold the browser."""
_JSON = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")(?P<colon>\s*:)?|(?P<number>-?\d[\d.eE+-]*)|(?P<word>\b(?:true|false|null)\b)'
)
_LEVELS = ("CRITICAL", "ERROR", "WARNING", "WARN", "INFO", "DEBUG", "TRACE")
_LEVEL = re.compile(rf'\[({"|".join(_LEVELS)})\]|^({"|".join(_LEVELS)})\b|"level"\s*:\s*"({"|".join(_LEVELS)})"', re.I)
_SEEN = 400
_CLASSES = {"CRITICAL": "error", "ERROR": "error", "WARNING": "warning", "WARN": "warning"}


class Part(NamedTuple):
    """A part of a text.

    Attributes:
        kind: `name`, `text`, `number` or `word`; empty for what is between.
        text: The part.
    """

    kind: str
    text: str


class Preview(NamedTuple):
    """What is shown of a text.

    Attributes:
        parts: Its parts.
        left_out: How many characters are not shown.
    """

    parts: list[Part]
    left_out: int


def json_parts(value: Any, most: int = PREVIEW) -> Preview:
    """Return the parts of a JSON value as it is shown; a text is shown as it is.

    Args:
        value: The value.
        most: Maximum number of characters to show.
    """
    text = pretty(value)
    shown = text[:most]
    parts = [Part("", shown)] if isinstance(value, str) else [*_parts(shown)]
    return Preview(parts, len(text) - len(shown))


def log_level(line: str) -> str:
    """Return `error` or `warning` for the first line of what a plugin has logged as one; empty for all others."""
    match = _LEVEL.search(line[:_SEEN])
    level = next(filter(None, match.groups()), "") if match else ""
    if not level and line.startswith("Traceback (most recent call last)"):
        return "error"
    return _CLASSES.get(level.upper(), "")


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for match in _JSON.finditer(text):
        if match.start() > end:
            yield Part("", text[end : match.start()])
        if match["text"] is not None:
            yield Part("name" if match["colon"] else "text", match["text"])
            if match["colon"]:
                yield Part("", match["colon"])
        else:
            yield Part("number" if match["number"] else "word", match[0])
        end = match.end()
    if end < len(text):
        yield Part("", text[end:])
