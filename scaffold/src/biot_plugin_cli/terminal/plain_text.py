"""Text from elsewhere, made safe to print in one line, and columns of it that are never cut."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

__all__ = ["columns", "one_line", "visible"]

_MAX_LENGTH = 400
_TAB = "    "


def one_line(value: object) -> str:
    """Format a value so that all of it can be seen, and so that it cannot control the terminal.

    Args:
        value: A text, which is quoted if its ends or characters would be invisible, or any JSON value. Only extremely
            long ones are shortened, with their length.
    """
    if isinstance(value, str):
        text = value if value.isprintable() and value and value == value.strip() else json.dumps(value)
    else:
        text = json.dumps(value)
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}… ({len(text)} characters)"


def visible(text: str) -> str:
    """Escape each character that cannot be seen, or could control the terminal; a tab becomes spaces.

    Args:
        text: One line.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def columns(rows: Iterable[Sequence[str]], gap: str = "  ") -> list[str]:
    """Align the cells of rows below each other, each column as wide as its longest cell.

    Args:
        rows: The rows, with equally many cells each.
        gap: What separates two columns.
    """
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def _escape(char: str) -> str:
    return _TAB if char == "\t" else char.encode("unicode_escape", "surrogatepass").decode("ascii")
