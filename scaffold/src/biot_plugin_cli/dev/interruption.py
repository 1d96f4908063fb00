"""The end of `biot-plugin dev`: a signal that the loop sees, so that it ends in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["until_interrupted"]

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def until_interrupted() -> Iterator[threading.Event]:
    """Set an event when the process is to end, instead of interrupting it."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in _ENDING
        # Below `nohup`, a closed terminal is no end.
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
