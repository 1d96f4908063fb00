"""Threads for what may wait for a plugin or the state, so that it keeps nobody else waiting."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

__all__ = ["WorkerThreads"]

_IDLE_SECONDS = 10.0

_T = TypeVar("_T")


class WorkerThreads:
    """As many threads as there is work at once; one that is idle does the next work, or ends after a while.

    Belongs to one event loop, whose thread alone calls `run`. A loop's own executor bounds the number of threads, and
    anyio's takes twice the time.
    """

    def __init__(self) -> None:
        self._threads: set[_Worker] = set()
        #: Who has been idle longest comes first.
        self._idle: deque[_Worker] = deque()

    async def run(self, do: Callable[[], _T]) -> _T:
        """Return what a function returns in a thread, or raise what it raises."""
        import asyncio

        loop = asyncio.get_running_loop()
        result: asyncio.Future[_T] = loop.create_future()
        worker = self._idle.pop() if self._idle else self._new()

        def work() -> None:
            outcome = _outcome_of(do)
            # Where the loop has ended, nobody waits any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._finish, worker, result, outcome)

        worker.work.put(work)
        return await result

    def close(self) -> None:
        """End all threads, once their loop has ended; what they still do is waited for."""
        for worker in self._threads:
            worker.work.put(None)
        for worker in self._threads:
            worker.join()

    def _new(self) -> _Worker:
        worker = _Worker()
        worker.start()
        self._threads.add(worker)
        return worker

    def _finish(self, worker: _Worker, result: asyncio.Future[Any], outcome: tuple[Any, BaseException | None]) -> None:
        worker.idle_since = time.monotonic()
        self._idle.append(worker)
        value, error = outcome
        if result.cancelled():
            pass
        elif error is None:
            result.set_result(value)
        else:
            result.set_exception(error)
        self._end_expired(worker.idle_since - _IDLE_SECONDS)

    def _end_expired(self, since: float) -> None:
        while self._idle and self._idle[0].idle_since < since:
            expired = self._idle.popleft()
            self._threads.discard(expired)
            expired.work.put(None)


class _Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="biot-emulator-work", daemon=True)
        self.work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.idle_since = 0.0

    def run(self) -> None:
        while (work := self.work.get()) is not None:
            work()
            del work


def _outcome_of(do: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return do(), None
    except BaseException as error:
        return None, error
