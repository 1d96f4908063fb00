"""Sizes for people, in the unit that shows them."""

from __future__ import annotations

__all__ = ["format_size"]

_UNITS = ("kB", "MB", "GB")
_STEP = 1024


def format_size(count: int) -> str:
    """Format a number of bytes: with the largest unit of which there is one, and a digit behind the point.

    Args:
        count: The number of bytes. What is no whole number of units has the digit even if it is 0, so that a size
            above a limit never looks like the limit.
    """
    if count < _STEP:
        return "1 byte" if count == 1 else f"{count} bytes"
    exponent = next((exponent for exponent in (1, 2) if round(count / _STEP**exponent, 1) < _STEP), len(_UNITS))
    amount, rest = divmod(count, _STEP**exponent)
    return f"{amount} {_UNITS[exponent - 1]}" if not rest else f"{count / _STEP**exponent:.1f} {_UNITS[exponent - 1]}"
