"""Text from elsewhere, made safe to print, and columns of it that are never cut.

What the platform, git, uv, a repository or a plugin calls something may have characters that move the cursor, open
links, turn the direction of the text, or cannot be seen: whoever reads it would see something else than there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

__all__ = ["columns", "is_visible", "one_line", "one_sentence", "visible", "visible_lines"]

_MAX_LENGTH = 400
_MAX_LINE_LENGTH = 20_000

# Python takes these for printable: fillers, blanks, and variation selectors. To compile them as a pattern takes longer.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U0001d159").union(
    map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0))
)
_SPACES = frozenset("\t\xa0\u1680\u202f\u205f\u3000").union(map(chr, range(0x2000, 0x200B)))


def visible(text: str) -> str:
    """Format a text as one line in which nothing is hidden, and which cannot control the terminal.

    Args:
        text: The text; characters that cannot be seen are written as JSON escapes them, and spaces of all kinds, tabs
            too, as spaces. An extremely long text is shortened, with its length.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible_character, text))
    return text if len(text) <= _MAX_LINE_LENGTH else f"{text[:_MAX_LINE_LENGTH]}… ({len(text)} characters)"


def is_visible(text: str) -> bool:
    """Tell whether a text is the same when nothing in it is hidden."""
    return text.isprintable() and _BLANKS.isdisjoint(text)


def one_sentence(text: str) -> str:
    """Format a text of one or more lines as `visible` does, with spaces between the lines."""
    return visible(" ".join(filter(None, text.strip().splitlines())))


def visible_lines(text: str) -> list[str]:
    """Format a text that may have several lines, such as an error with a traceback.

    Args:
        text: The text. Its lines but the first are indented, so that none is taken for a message of its own.
    """
    first, *others = text.replace("\r\n", "\n").split("\n")
    return [visible(first), *(f"  {visible(line)}" for line in others)]


def one_line(value: object) -> str:
    """Format a value so that all of it can be seen, and so that it cannot control the terminal.

    Args:
        value: A text, which is quoted if its ends or characters would be invisible, or any JSON value. Only extremely
            long ones are shortened, with their length.
    """
    if isinstance(value, str):
        text = value if is_visible(value) and value and value == value.strip() else json.dumps(value)
    else:
        text = json.dumps(value)
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}… ({len(text)} characters)"


def columns(rows: Iterable[Sequence[str]], gap: str = "  ") -> list[str]:
    """Align the cells of rows below each other, each column as wide as its longest cell.

    Args:
        rows: The rows, with equally many cells each.
        gap: What separates two columns.
    """
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def _visible_character(character: str) -> str:
    if character.isprintable() and character not in _BLANKS:
        return character
    return " " if character in _SPACES else json.dumps(character)[1:-1]
