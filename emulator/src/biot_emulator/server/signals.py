"""The signals that end the program."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["StopRequests", "stop_requests", "termination_signals"]

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


class StopRequests:
    """What signals to end ask for: to stop at once, or, while something must not be cut short, as soon as it looks.

    Attributes:
        event: Set by the first signal.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self._holders = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no signal cut short what is done inside."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1

    def request(self, *_: object) -> None:
        """Ask for the end. Raises KeyboardInterrupt unless it is held."""
        self.event.set()
        if not self._holders:
            raise KeyboardInterrupt


@contextmanager
def stop_requests() -> Iterator[StopRequests]:
    """Yield what the signals to end ask for."""
    requests = StopRequests()
    handlers = {number: signal.signal(number, requests.request) for number in _SIGNALS}
    try:
        yield requests
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
