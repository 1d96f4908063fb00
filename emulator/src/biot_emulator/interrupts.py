"""Work that KeyboardInterrupt cannot cut short between acquiring a resource and making sure of its release.

What a signal handler raises surfaces in the main thread, between any two instructions: no `try` is close enough to the
call that starts a process or opens a socket, and library code such as psutil's reading of /proc is not written for it.
So the main thread only waits, while a helper thread does the work.
"""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar, cast

__all__ = ["Interrupted", "interruptible", "raise_if_interrupted", "uninterrupted"]

_WAKE_SECONDS = 0.05

_T = TypeVar("_T")


class Interrupted(BaseException):
    """Ends the work in the helper thread; the main thread raises the interrupt itself."""


def uninterrupted(
    work: Callable[[], _T], *, undo: Callable[[_T], object] | None = None, is_release: bool = False
) -> _T:
    """Do some work where no interrupt can land, and wait for it.

    An interrupt of the wait wakes what the work has marked as `interruptible`, and is raised once the work has ended.
    Outside of the main thread, where none arrives, the work is simply done.

    Args:
        work: What to do.
        undo: Releases the result when the interrupt keeps the caller from getting it.
        is_release: The work releases resources, and is done even if the interrupt comes before it has begun.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    task = _Task(work)
    try:
        task.start()
        task.wait()
        return task.result()
    except BaseException:
        has_begun = task.cancel()
        if is_release and not has_begun:
            uninterrupted(work, is_release=True)
        if undo is not None and task.has_result:
            uninterrupted(lambda: undo(task.result()), is_release=True)
        raise


@contextmanager
def interruptible(wake: Callable[[], object]) -> Iterator[None]:
    """Mark a part of the work that an interrupt may end early.

    Args:
        wake: Has that part return soon. Called in the main thread, perhaps more than once, perhaps when it is over.

    Raises:
        Interrupted: The main thread was interrupted.
    """
    task = _current_task()
    if task is None:
        yield
        return
    task.wakers.append(wake)
    try:
        yield
    finally:
        task.wakers.remove(wake)
        raise_if_interrupted()


def raise_if_interrupted() -> None:
    """End the work if nobody waits for its result any more.

    Raises:
        Interrupted: The main thread was interrupted.
    """
    task = _current_task()
    if task is not None and task.is_cancelled:
        raise Interrupted


class _Task(Generic[_T]):
    def __init__(self, work: Callable[[], _T]) -> None:
        self.wakers: list[Callable[[], object]] = []
        self.is_cancelled = False
        self.has_result = False
        self._work = work
        self._result: _T | None = None
        self._error: BaseException | None = None
        self._claim = threading.Lock()
        # Not Thread.join(): a thread whose join() was interrupted counts as ended from then on.
        self._unfinished = threading.Lock()
        self._unfinished.acquire()
        self._thread = threading.Thread(target=self._run, name="biot-emulator-uninterrupted", daemon=True)

    def start(self) -> None:
        # Thread.start() itself must not be interrupted: the new thread could wait forever for a lock that it holds.
        _thread.start_new_thread(self._start_thread, ())

    def wait(self) -> None:
        with self._unfinished:
            pass
        self._join()

    def cancel(self) -> bool:
        """End the work early and wait for its end; return whether it had begun."""
        if self._claim.acquire(blocking=False):
            # The thread, if there is one, will find nothing to do, and end at once.
            with suppress(BaseException):
                self._unfinished.acquire(timeout=_WAKE_SECONDS)
                self._join()
            return False
        while self._thread.is_alive():
            # Repeatedly: a further interrupt changes nothing, and the work may not have been interruptible yet.
            with suppress(BaseException):
                self.is_cancelled = True
                for wake in tuple(self.wakers):
                    wake()
                if self._unfinished.acquire(timeout=_WAKE_SECONDS):
                    self._unfinished.release()
                    self._join()
        return True

    def result(self) -> _T:
        if self._error is None:
            return cast("_T", self._result)
        try:
            raise self._error
        finally:
            # The error's traceback refers to this frame, and so to this object.
            self._error = None

    def _join(self) -> None:
        if self._thread.is_alive():
            self._thread.join()

    def _start_thread(self) -> None:
        try:
            self._thread.start()
        except RuntimeError as error:
            self._claim.acquire(blocking=False)
            self._error = error
            self._unfinished.release()

    def _run(self) -> None:
        if not self._claim.acquire(blocking=False):
            self._unfinished.release()
            return
        _local.task = self
        try:
            self._result = self._work()
            self.has_result = True
        except BaseException as error:
            self._error = error
        finally:
            self._unfinished.release()


_local = threading.local()


def _current_task() -> _Task[object] | None:
    return getattr(_local, "task", None)
