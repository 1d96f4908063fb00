"""Percentiles of very many durations in little memory: how many there are of each, to one per cent."""

from __future__ import annotations

import math
from collections import Counter

__all__ = ["Durations"]

_PRECISION = 1.01
_SMALLEST_MS = 0.001


class Durations:
    """Durations in milliseconds."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, milliseconds: float) -> None:
        """Add a duration."""
        self._counts[round(math.log(max(milliseconds, _SMALLEST_MS), _PRECISION))] += 1

    def percentile(self, percent: float) -> float | None:
        """Return the duration that so many per cent do not exceed, in milliseconds; None if there are none."""
        needed = math.ceil(self._counts.total() * percent / 100)
        for step in sorted(self._counts):
            needed -= self._counts[step]
            if needed <= 0:
                return float(_PRECISION**step)
        return None
