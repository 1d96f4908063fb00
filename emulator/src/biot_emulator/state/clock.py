"""The platform's time: the machine's, or one that tests and operators set."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

__all__ = ["Clock"]


class Clock:
    """Time that goes on at the machine's pace, from wherever it was set. Safe for several threads.

    Attributes:
        turns: Counts how often it was set, reset or woken, for `wait`.
    """

    def __init__(self) -> None:
        self.turns = 0
        self._offset = 0.0
        self._lock = threading.Condition()

    def now(self) -> datetime:
        """The platform's time, in UTC."""
        # One number, which is read at once: every call asks several times.
        return datetime.fromtimestamp(time.time() + self._offset, UTC)

    def set(self, moment: datetime) -> None:
        """Set the time."""
        with self._lock:
            self._offset = moment.timestamp() - time.time()
            self._turn()

    def reset(self) -> None:
        """Go back to the machine's time."""
        with self._lock:
            self._offset = 0.0
            self._turn()

    def wait(self, seconds: float, turns: int) -> None:
        """Wait for a while, or until the clock is set, reset or woken.

        Args:
            seconds: The longest wait.
            turns: The value of `turns` before anything that the wait depends on was read, so that no change is missed.
        """
        with self._lock:
            self._lock.wait_for(lambda: self.turns != turns, seconds)

    def wake(self) -> None:
        """End every `wait`."""
        with self._lock:
            self._turn()

    def _turn(self) -> None:
        self.turns += 1
        self._lock.notify_all()
