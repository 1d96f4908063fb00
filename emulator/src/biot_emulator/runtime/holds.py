"""Who needs what would be removed otherwise."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

__all__ = ["Holds"]

_T = TypeVar("_T")


class Holds(Generic[_T]):
    """Counts who needs each thing. Safe for several threads.

    Whoever looks a thing up and holds it then looks it up again: it may have been removed in between.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counter[_T]()

    @contextmanager
    def hold(self, thing: _T) -> Iterator[None]:
        """Need a thing meanwhile."""
        with self._lock:
            self._counts[thing] += 1
        try:
            yield
        finally:
            with self._lock:
                self._counts[thing] -= 1
                if not self._counts[thing]:
                    del self._counts[thing]

    def __contains__(self, thing: _T) -> bool:
        """Whether somebody needs a thing."""
        return thing in self._counts

    def all(self) -> set[_T]:
        """Return everything that somebody needs."""
        with self._lock:
            return set(self._counts)
