"""The time that counts against a plugin's limits: it stands still while somebody debugs the plugin."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Clock"]

_LOOK_SECONDS = 0.1


class Clock:
    """A clock that can be stopped. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._stopped_at = 0.0
        self._lost = 0.0

    def is_held(self) -> bool:
        """Whether it stands still."""
        with self._lock:
            return self._holders > 0

    def now(self) -> float:
        """Return the seconds since some moment, without those in which it stood still."""
        with self._lock:
            return (self._stopped_at if self._holders else time.monotonic()) - self._lost

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stop it; it goes on when everybody who has stopped it lets go."""
        with self._lock:
            if not self._holders:
                self._stopped_at = time.monotonic()
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if not self._holders:
                    self._lost += time.monotonic() - self._stopped_at

    def step(self, deadline: float) -> float:
        """Return how long to wait at once for something that is to come before a deadline; 0 after the deadline.

        Args:
            deadline: A time of this clock, which may be stopped or go on at any moment.
        """
        return max(0.0, min(deadline - self.now(), _LOOK_SECONDS))
