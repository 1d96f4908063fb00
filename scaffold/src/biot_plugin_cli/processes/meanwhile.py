"""Work that waits for another process, while this program goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

__all__ = ["Meanwhile"]

_T = TypeVar("_T")


class Meanwhile(Generic[_T]):
    """Work that a thread of its own does from now on; a context manager, which waits for its end.

    Args:
        work: What to do.
    """

    def __init__(self, work: Callable[[], _T]) -> None:
        self._work = work
        self._result: _T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="biot-plugin-meanwhile", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wait until the work is done, whatever came of it."""
        self._thread.join()

    def result(self) -> _T:
        """Wait until the work is done, and return what came of it, or raise what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return cast("_T", self._result)

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
