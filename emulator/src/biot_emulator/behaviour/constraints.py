"""What the values of the platform's behaviour must be, beside their types."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Names", "Range"]


class Range(NamedTuple):
    """The values that a number may have, both ends included."""

    least: int
    most: int


class Names(NamedTuple):
    """What each text of a list must match, and what that is in words."""

    pattern: str
    meaning: str
