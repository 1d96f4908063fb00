"""The signals that end the program."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["stop_requests", "termination_signals"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def termination_signals() -> Iterator[Callable[[], None]]:
    """Yield a function that waits until the program receives a signal to end.

    A signal may reach any thread, but Python acts on it in the main one, which has to be woken for that.
    """
    receiver, sender = socket.socketpair()
    sender.setblocking(False)

    def wait() -> None:
        while receiver.recv(1)[0] not in _SIGNALS:
            continue

    previous_wakeup = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    try:
        yield wait
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(previous_wakeup)
        receiver.close()
        sender.close()


@contextmanager
def stop_requests() -> Iterator[threading.Event]:
    """Yield an event that a signal to end sets: what is being done goes on until it looks."""
    event = threading.Event()
    handlers = {number: signal.signal(number, lambda *_: event.set()) for number in _SIGNALS}
    try:
        yield event
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
