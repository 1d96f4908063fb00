"""How many secrets are checked at once: each check takes 16 MB of memory, and a processor."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from biot_emulator.errors import EmulatorError

__all__ = ["SecretChecks", "TooManySecrets", "checks_in_this_thread"]

#: One processor stays free for everybody else.
_MAX_AT_ONCE = max(1, min(4, (os.cpu_count() or 1) - 1))
_MAX_WAITING = 256

_T = TypeVar("_T")

_local = threading.local()


class TooManySecrets(EmulatorError):
    """More secrets are waiting to be checked than may wait."""


@contextmanager
def checks_in_this_thread() -> Iterator[None]:
    """Run what this thread has checked in itself: it holds the state, for which another thread would wait forever."""
    _local.runs_here = True
    try:
        yield
    finally:
        _local.runs_here = False


class SecretChecks:
    """Checks secrets in the order in which they come, in a few threads of its own.

    Of its own, as the memory that a check has used stays with its thread.

    Args:
        at_once: Maximum number of checks at once.
        waiting: Maximum number of checks that wait.
    """

    def __init__(self, at_once: int = _MAX_AT_ONCE, waiting: int = _MAX_WAITING) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._threads = ThreadPoolExecutor(at_once, "biot-emulator-secret")

    def run(self, check: Callable[[], _T]) -> _T:
        """Return what a check returns, or raise what it raises.

        Args:
            check: Compares a secret with its hashes.

        Raises:
            TooManySecrets: Too many are waiting, or the platform stops.
        """
        if getattr(_local, "runs_here", False):
            return check()
        if not self._places.acquire(blocking=False):
            raise TooManySecrets("Too many secrets are being checked: try again later")
        try:
            return self._submit(check).result()
        except CancelledError:
            raise TooManySecrets("The platform is being stopped") from None
        finally:
            self._places.release()

    def close(self) -> None:
        """Check nothing any more."""
        self._threads.shutdown(cancel_futures=True)

    def _submit(self, check: Callable[[], _T]) -> Future[_T]:
        try:
            return self._threads.submit(check)
        except RuntimeError:
            raise TooManySecrets("The platform is being stopped") from None
