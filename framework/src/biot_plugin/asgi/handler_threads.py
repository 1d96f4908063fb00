"""Threads for handlers that block: a limited number of their own, before which a limited number of calls waits.

Not a `ThreadPoolExecutor`: at the end of the process, Python waits for the threads of such a pool, and a handler that
hangs would keep it from ending. Nothing can end a thread, so one that took too long is left to itself, and another
takes its place, until there are twice as many.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

from biot_plugin.asgi.refusals import Overloaded

T = TypeVar("T")


class Job(Generic[T]):
    """One call, from its arrival to its end.

    Attributes:
        future: Its result; running as soon as a thread has begun it.
        thread: The thread that runs it.
        is_abandoned: Whether nobody waits for it any more.
        is_over: Whether its thread is free again.
    """

    __slots__ = ("call", "future", "is_abandoned", "is_over", "thread")

    def __init__(self, call: Callable[[], T]) -> None:
        self.call = call
        self.future: Future[T] = Future()
        self.thread: int | None = None
        self.is_abandoned = False
        self.is_over = False


class HandlerThreads(Generic[T]):
    """Runs calls in threads.

    Args:
        size: The most calls that run at once.
        queue: The most calls that wait.
    """

    def __init__(self, size: int, queue: int) -> None:
        self._size = size
        self._most = 2 * size
        self._capacity = size + queue
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[Job[T] | None] = SimpleQueue()
        self._accepted = 0
        self._alive = 0
        self._stuck = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether all threads hang, so that nothing can be handled any more."""
        return self._stuck >= self._most

    def submit(self, call: Callable[[], T]) -> Job[T]:
        """Run a call as soon as a thread is free.

        Raises:
            Overloaded: Too many calls wait, or all threads hang.
        """
        job = Job(call)
        with self._lock:
            if self._accepted >= self._capacity or self.is_exhausted:
                raise Overloaded
            self._accepted += 1
            self._start_missing()
        self._jobs.put(job)
        return job

    def abandon(self, job: Job[T]) -> bool:
        """Stop to wait for a job, which will not run if it has not begun; return whether it has."""
        with self._lock:
            if job.future.cancel():
                return False
            if not job.is_over:
                job.is_abandoned = True
                self._accepted -= 1
                self._alive = max(self._alive - 1, 0)  # They may have been closed.
                self._stuck += 1
                self._start_missing()
            return True

    def close(self) -> None:
        """End the threads, each after the job that it runs."""
        with self._lock:
            for _ in range(self._alive):
                self._jobs.put(None)
            self._alive = 0

    def _start_missing(self) -> None:
        while self._alive < min(self._size, self._accepted) and self._alive + self._stuck < self._most:
            self._alive += 1
            threading.Thread(target=self._work, name="biot-handler", daemon=True).start()

    def _work(self) -> None:
        for job in iter(self._jobs.get, None):
            self._run(job)
            if job.is_abandoned:  # Another thread has taken the place of this one.
                return

    def _run(self, job: Job[T]) -> None:
        """Run a job, unless it was cancelled while it waited. The thread is free before anybody sees the result."""
        if not job.future.set_running_or_notify_cancel():
            self._count_end(job)
            return
        job.thread = threading.get_ident()
        try:
            result = job.call()
        except BaseException as error:
            self._count_end(job)
            job.future.set_exception(error)
        else:
            self._count_end(job)
            job.future.set_result(result)

    def _count_end(self, job: Job[T]) -> None:
        with self._lock:
            job.is_over = True
            if job.is_abandoned:
                self._stuck -= 1
            else:
                self._accepted -= 1
