"""Parses TOML, of which a repository that somebody else wrote may have anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tomllib

__all__ = ["load_toml", "parse_toml"]

#: What the parser takes for a key with many dots grows with the square of them.
_MAX_DOTS = 100
_LONG_KEY = re.compile(rf"(?<![\w.-])(?:(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){{{_MAX_DOTS}}}")


def load_toml(file: Path) -> dict[str, Any]:
    """Read and parse a file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not TOML in UTF-8, is nested too deeply, or has a key of more than 100 parts.
    """
    return parse_toml(file.read_text(encoding="utf-8"))


def parse_toml(text: str) -> dict[str, Any]:
    """Parse a text.

    Raises:
        ValueError: It is not TOML, is nested too deeply, or has a key of more than 100 parts.
    """
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise ValueError(f"a key has more than {_MAX_DOTS} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("a value is nested too deeply") from None
