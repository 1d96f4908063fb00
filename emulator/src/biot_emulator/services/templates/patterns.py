"""Patterns that people write, which must not hold up anybody: matching ends in time."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

__all__ = ["Pattern", "compiled", "is_pattern"]

_SECONDS = 0.25
_LONGEST = 1024


class Pattern(Protocol):
    """A pattern that texts are matched with."""

    def fullmatch(self, text: str, /) -> object:
        """Return something where the text as a whole matches, else None."""


class _Bounded:
    def __init__(self, pattern: str) -> None:
        import regex  # late: most states have no patterns, and Python's own cannot be interrupted

        self._pattern = regex.compile(pattern)

    def fullmatch(self, text: str, /) -> object:
        try:
            return self._pattern.fullmatch(text, timeout=_SECONDS)
        except TimeoutError:
            return None


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Pattern:
    """Return a pattern to match texts with; a text that takes too long does not match."""
    return _Bounded(pattern)


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern."""
    if len(text) > _LONGEST:
        return False
    import regex

    try:
        compiled(text)
    except (regex.error, RecursionError, OverflowError, ValueError):
        return False
    return True
