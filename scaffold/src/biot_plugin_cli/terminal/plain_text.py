"""Text from elsewhere, made safe to print, and columns of it that are never cut.

What the platform, git, uv, a repository or a plugin calls something may have characters that move the cursor, open
links, turn the direction of the text, or cannot be seen: whoever reads it would see something else than there is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

__all__ = ["columns", "is_visible", "one_line", "one_sentence", "visible", "visible_lines"]

_MAX_LENGTH = 400
_MAX_LINE_LENGTH = 20_000

# Python takes these for printable: fillers, blanks, and variation selectors.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]"
)
_SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_ENDS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


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
    return text.isprintable() and not _BLANK.search(text)


def one_sentence(text: str) -> str:
    """Format a text of one or more lines as `visible` does, with spaces between the lines."""
    return visible(_LINE_ENDS.sub(" ", text.strip()))


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
    if character.isprintable() and not _BLANK.match(character):
        return character
    return " " if _SPACES.match(character) else json.dumps(character)[1:-1]
