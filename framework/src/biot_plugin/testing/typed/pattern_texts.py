"""A text that matches a pattern, found without a library: a familiar one, or the shortest that the pattern allows."""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any

_IS_OLD = sys.version_info < (3, 11)
# What `re` itself reads patterns with.
_codes: Any = import_module("sre_constants" if _IS_OLD else "re._constants")
_parser: Any = import_module("sre_parse" if _IS_OLD else "re._parser")

_FAMILIAR = ("Example", "EXAMPLE", "example", "A1", "AB123456", "12345", "123456789", "1", "+12025550123")
_LETTERS = f"aA1{string.printable}\xe9"
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda letter: not letter.isdigit(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda letter: not letter.isspace(),
    "CATEGORY_WORD": lambda letter: letter.isalnum() or letter == "_",
    "CATEGORY_NOT_WORD": lambda letter: not letter.isalnum() and letter != "_",
}
_LONGEST = 1024


def matching_text(pattern: str, least: int = 0, most: int = _LONGEST) -> str | None:
    """Return a text that matches a pattern as a whole; None where none was found.

    Args:
        pattern: The pattern, which may be of another dialect than Python's.
        least: The least length of the text.
        most: Its greatest length.
    """
    try:
        compiled, tree = re.compile(pattern, re.ASCII), _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
    texts = (*_FAMILIAR, *(_text(tree, times) for times in (0, 1, least)))
    return next((text for text in texts if least <= len(text) <= most and compiled.fullmatch(text)), None)


def _text(tree: Iterable[Any], times: int) -> str:
    """Return a text of the form of a pattern's parts, cut off where it is too long."""
    text = ""
    for code, argument in tree:
        text = (text + _part(str(code), argument, times))[: _LONGEST + 1]
    return text


def _part(code: str, argument: Any, times: int) -> str:
    if code == "LITERAL":
        return chr(argument)
    if code in ("NOT_LITERAL", "ANY", "IN"):
        items = argument if code == "IN" else [("NEGATE", None), ("LITERAL", argument or ord("\n"))]
        return next(filter(partial(_is_in, items), _LETTERS), "")
    if code == "BRANCH":
        return _text(argument[1][0], times)
    if code == "SUBPATTERN":
        return _text(argument[-1], times)
    if code.endswith("_REPEAT"):
        least, most, inner = argument
        count: int = min(max(least, times), most, _LONGEST)
        return _text(inner, 0) * count
    return ""  # a place, such as the end


def _is_in(items: list[Any], letter: str) -> bool:
    """Whether a letter is in a set of letters, as `re` has it."""
    is_negated = str(items[0][0]) == "NEGATE"
    return is_negated != any(_holds(str(code), argument, letter) for code, argument in items)


def _holds(code: str, argument: Any, letter: str) -> bool:
    if code == "CATEGORY":
        return _CATEGORIES[str(argument)](letter)
    low, high = argument if code == "RANGE" else (argument, argument)
    return code != "NEGATE" and bool(low <= ord(letter) <= high)
