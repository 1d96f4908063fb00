"""Calls that the platform waits for no longer than some time, though they go on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from biot_emulator.debugging.clock import Clock

__all__ = ["NoAnswer", "Patience"]

_T = TypeVar("_T")


class NoAnswer(Exception):
    """The time is over, and there is no result."""


class Patience:
    """Waits for calls. Safe for several threads.

    Args:
        seconds: How long; None for as long as they take.
        clock: The time that counts; None if all of it does.
    """

    def __init__(self, seconds: float | None, clock: Clock | None = None) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()

    def call(self, work: Callable[[], _T]) -> _T:
        """Return what a call returns, or raise what it raises.

        Raises:
            NoAnswer: It takes too long. It goes on, and nobody gets its result.
        """
        if self._seconds is None:
            return work()
        results: queue.SimpleQueue[Callable[[], _T]] = queue.SimpleQueue()
        thread = threading.Thread(target=self._run, args=(work, results), name="biot-emulator-interceptor")
        with self._lock:
            self._threads.add(thread)
        thread.start()
        try:
            result = self._wait_for(results, self._seconds)
        except queue.Empty:
            raise NoAnswer from None
        return result()

    def close(self) -> None:
        """Wait until the calls that nobody waits for have ended: what they call must have ended before."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _wait_for(self, results: queue.SimpleQueue[Callable[[], _T]], seconds: float) -> Callable[[], _T]:
        if self._clock is None:
            return results.get(timeout=seconds)
        deadline = self._clock.now() + seconds
        while (step := self._clock.step(deadline)) > 0:
            with suppress(queue.Empty):
                return results.get(timeout=step)
        raise queue.Empty

    def _run(self, work: Callable[[], _T], results: queue.SimpleQueue[Callable[[], _T]]) -> None:
        try:
            value = work()
            results.put(lambda: value)
        except BaseException as raised:
            error = raised

            def fail() -> _T:
                raise error

            results.put(fail)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())
