"""How long something may take."""

from __future__ import annotations

import time


class TimeIsUp(TimeoutError):
    """Nothing is left of the time."""


class TimeLimit:
    """An amount of time that runs.

    Args:
        seconds: How much there is; none where it is not positive.
    """

    __slots__ = ("_end", "_start")

    def __init__(self, seconds: float) -> None:
        self._start = time.monotonic()
        self._end = self._start + seconds

    @property
    def passed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._start

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            TimeIsUp: None are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeIsUp("the time is up")
        return left

    def allows(self, seconds: float) -> bool:
        """Whether more than so much is left."""
        return self._end - time.monotonic() > seconds
