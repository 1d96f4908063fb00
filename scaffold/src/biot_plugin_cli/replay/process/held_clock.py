"""The time of day, which stands at the instant of an event, whatever asks for it.

Only the time of day is held: what measures durations (`time.monotonic`, `time.perf_counter`, timeouts) goes on, so that
nothing waits forever or gives up too early.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["HeldClock"]

_NANOSECONDS = 1_000_000_000
# Whoever asks so often waits for the time to pass.
_PATIENCE = 1000
_STEP = 1_000_000


class HeldClock:
    """Replaces what Python tells the time of day by, from its creation until the end of the process.

    What sleeps moves the time on by as much, but in the main thread alone: what others do comes at no certain moment.

    Args:
        instant: The time, in nanoseconds since 1970.
    """

    def __init__(self, instant: int) -> None:
        self._instant = instant
        self._asked = 0
        self._is_released = False
        self._thread = threading.get_ident()
        self._real = {
            name: getattr(time, name) for name in ("sleep", "gmtime", "localtime", "clock_gettime", "time_ns")
        }
        self._replace_functions()

    def set(self, instant: int) -> None:
        """Hold another time from now on."""
        self._instant, self._asked = instant, 0

    @contextmanager
    def released(self) -> Iterator[None]:
        """Tell the real time, within the context."""
        self._is_released = True
        try:
            yield
        finally:
            self._is_released = False

    def now(self) -> int:
        """Return the time that is held, in nanoseconds since 1970."""
        if self._is_released:
            return int(self._real["time_ns"]())
        self._asked += 1
        if self._asked > _PATIENCE:
            self._instant += _STEP
        return self._instant

    def hold_dates(self, datetime: Any) -> None:
        """Have the classes of the module `datetime` tell the time that is held.

        They are changed in place, so that it does not matter who has imported them before, and that each object is
        still of the very class that libraries in C know.
        """
        _replace_method(datetime.datetime, "now", lambda cls, tz=None: self._datetime(cls, tz))
        _replace_method(datetime.datetime, "utcnow", lambda cls: self._utc_datetime(cls))
        _replace_method(datetime.datetime, "today", lambda cls: cls.now())
        _replace_method(datetime.date, "today", lambda cls: cls.fromtimestamp(self.now() // _NANOSECONDS))

    def _datetime(self, cls: Any, tz: Any) -> Any:
        seconds, rest = divmod(self.now(), _NANOSECONDS)
        return cls.fromtimestamp(seconds, tz).replace(microsecond=rest // 1000)

    def _utc_datetime(self, cls: Any) -> Any:
        seconds, rest = divmod(self.now(), _NANOSECONDS)
        utc = self._real["gmtime"](seconds)
        return cls(*utc[:6], rest // 1000)

    def _replace_functions(self) -> None:
        own = {
            "time": lambda: self.now() / _NANOSECONDS,
            "time_ns": lambda: self.now(),
            "sleep": lambda seconds: self._sleep(seconds),
            "gmtime": lambda seconds=None: self._real["gmtime"](self._seconds(seconds)),
            "localtime": lambda seconds=None: self._real["localtime"](self._seconds(seconds)),
            "ctime": _ctime(time.asctime, lambda seconds: self._real["localtime"](self._seconds(seconds))),
            "asctime": _of_now(time.asctime, lambda: self._real["localtime"](self._seconds(None))),
            "strftime": self._strftime(time.strftime),
            "clock_gettime": lambda clock: self._clock_gettime(clock),
            "clock_gettime_ns": self._clock_gettime_ns(time.clock_gettime_ns),
        }
        for name, function in own.items():
            function.__name__ = function.__qualname__ = name
            setattr(time, name, function)

    def _seconds(self, seconds: float | None) -> float:
        return self.now() // _NANOSECONDS if seconds is None else seconds

    def _sleep(self, seconds: Any) -> None:
        self._real["sleep"](seconds)
        if threading.get_ident() == self._thread:
            self._instant += int(seconds * _NANOSECONDS)

    def _strftime(self, real: Any) -> Any:
        def strftime(format: str, *parts: Any) -> Any:
            return real(format, *(parts or (self._real["localtime"](self._seconds(None)),)))

        return strftime

    def _clock_gettime(self, clock: int) -> Any:
        return self.now() / _NANOSECONDS if clock == time.CLOCK_REALTIME else self._real["clock_gettime"](clock)

    def _clock_gettime_ns(self, real: Any) -> Any:
        return lambda clock: self.now() if clock == time.CLOCK_REALTIME else real(clock)


def _ctime(asctime: Any, localtime: Any) -> Any:
    return lambda seconds=None: asctime(localtime(seconds))


def _of_now(real: Any, now: Any) -> Any:
    return lambda *parts: real(*(parts or (now(),)))


def _replace_method(cls: Any, name: str, function: Any) -> None:
    """Replace a class method of a class in C, of which Python itself lets nobody change anything."""
    members: Any = gc.get_referents(cls.__dict__)[0]
    members[name] = classmethod(function)
    try:
        import ctypes
    except ImportError:  # an interpreter without it looks methods up that nobody has asked for yet
        return
    # Python remembers what a class has.
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
