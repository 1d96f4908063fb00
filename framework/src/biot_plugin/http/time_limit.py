"""A time limit that several steps share."""

from __future__ import annotations

import time


class TimeIsUp(TimeoutError):
    """No time is left."""


class TimeLimit:
    """A number of seconds that starts to run when it is created.

    Args:
        seconds: The limit; no time at all where it is not positive.
    """

    __slots__ = ("_end", "_start")

    def __init__(self, seconds: float) -> None:
        self._start = time.monotonic()
        self._end = self._start + seconds

    @property
    def elapsed(self) -> float:
        """Seconds since it started."""
        return time.monotonic() - self._start

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeIsUp: No time is left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeIsUp("the time is up")
        return left

    def allows(self, seconds: float) -> bool:
        """Whether more than `seconds` are left."""
        return self._end - time.monotonic() > seconds
