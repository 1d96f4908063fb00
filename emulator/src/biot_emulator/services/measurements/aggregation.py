"""Averages and standard deviations of numbers that lie in the same interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["aggregate"]


def aggregate(numbers: Sequence[float]) -> dict[str, Any]:
    """Return the average of numbers, and the standard deviation of the sample where there are two or more."""
    count = len(numbers)
    average = _average(numbers)
    if count < 2:
        return {"average": average}
    # As the length of a vector, so that the squares of large numbers do not overflow.
    deviation = math.hypot(*(number - average for number in numbers)) / math.sqrt(count - 1)
    return {"average": average, **({"standardDeviation": deviation} if math.isfinite(deviation) else {})}


def _average(numbers: Sequence[float]) -> float:
    try:
        return math.fsum(numbers) / len(numbers)
    except OverflowError:
        largest = max(map(abs, numbers))
        return math.fsum(number / largest for number in numbers) / len(numbers) * largest
