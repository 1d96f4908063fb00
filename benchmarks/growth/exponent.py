"""How fast a cost grows: as the size to the power of what."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

__all__ = ["exponent"]

#: Seconds below which a cost is the clock's and the machine's rather than the work's.
LEAST = 0.01


def exponent(seconds: Mapping[int, float], least: float = LEAST) -> float | None:
    """The power by which the cost grows between the last two sizes; None where it is too small to tell.

    What a call costs however small its input is would make the growth look slower than it is, so that smaller sizes
    do not count.

    Args:
        seconds: The cost by size, in ascending order.
        least: The seconds that the last of them must have taken.
    """
    measured = list(seconds.items())
    if len(measured) < 2 or measured[-1][1] < least or measured[-2][1] <= 0:
        return None
    (size, cost), (larger, dearer) = measured[-2:]
    return log(dearer / cost) / log(larger / size)
