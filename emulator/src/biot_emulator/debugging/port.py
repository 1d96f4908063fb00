"""The port where debuggers attach: it stays the same, whichever process of the plugin runs."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress

from biot_emulator.closing import Closing
from biot_emulator.debugging.clock import Clock
from biot_emulator.debugging.session import Address, Session
from biot_emulator.errors import EmulatorError

__all__ = ["DebugPort", "PortUnavailable"]

_LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.2
_SETTLE_SECONDS = 1.0


class PortUnavailable(EmulatorError):
    """Another program has the port."""


class DebugPort(Closing):
    """Passes what a debugger sends on to the plugin's process, one debugger at a time; a context manager.

    Only this machine can connect, and only with the debuggers' protocol.

    Args:
        port: The port; 0 takes a free one.
        clock: What stands still while a debugger is attached.
        holds_clock: Whether it does.

    Attributes:
        start: Starts a process, for a debugger that comes while there is none; None where others do.

    Raises:
        PortUnavailable: The port is taken.
    """

    def __init__(self, port: int, clock: Clock, *, holds_clock: bool = True) -> None:
        self.start: Callable[[], object] | None = None
        self._clock = clock
        self._holds_clock = holds_clock
        self._changed = threading.Condition()
        self._process: Address | None = None
        self._session: Session | None = None
        self._sessions: list[Session] = []
        self._attachments = 0
        self._closing = False
        try:
            self._listening = socket.create_server((_LOOPBACK, port))
        except OSError as error:
            reason = os.strerror(error.errno) if isinstance(error.errno, int) and error.errno > 0 else error
            raise PortUnavailable(
                f"No debugger can attach on {_LOOPBACK}:{port} ({reason}): choose another port, or 0 for a free one"
            ) from error
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="biot-emulator-debugger", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{_LOOPBACK}:{self.port}"

    @property
    def attachments(self) -> int:
        """How often a debugger has been attached."""
        with self._changed:
            return self._attachments

    def is_attached(self) -> bool:
        """Whether a debugger is attached."""
        with self._changed:
            return self._session is not None

    def open_to(self, process: Address) -> None:
        """Pass debuggers on to where a new process listens."""
        with self._changed:
            self._process = process
            self._changed.notify_all()

    def settle(self, process: Address) -> None:
        """Let a process that is about to be ended respond to what its debugger has asked, for a moment."""
        with self._changed:
            session = self._session if self._process == process else None
        if session:
            session.settle(_SETTLE_SECONDS)

    def leave(self, process: Address) -> None:
        """Pass nobody on to a process any more."""
        with self._changed:
            if self._process == process:
                self._process = None

    def close(self) -> None:
        """Detach the debugger, and let no other attach; may be called more than once."""
        with self._changed:
            self._closing = True
            sessions = list(self._sessions)
            self._changed.notify_all()
        # Closing the socket alone does not wake the thread that waits for connections.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        for session in sessions:
            session.close()
        self._listening.close()
        self._thread.join()
        for session in sessions:
            session.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                # Whoever came is gone already, or this process has too many files open: another debugger may come.
                with self._changed:
                    if self._closing or self._changed.wait_for(lambda: self._closing, _LOOK_SECONDS):
                        return
                continue
            session = Session(connection, self._serve)
            with self._changed:
                if self._closing:
                    connection.close()
                    return
                self._sessions = [session, *(other for other in self._sessions if other.is_running)]
                session.start()

    def _serve(self, session: Session) -> None:
        """Have a debugger attached until it leaves or the process ends."""
        try:
            if not session.begin():
                return
            if not self._enter(session):
                session.refuse("Another debugger is attached already: detach it first")
                return
            with self._clock.held() if self._holds_clock else nullcontext():
                self._attach(session)
        finally:
            self._leave(session)

    def _attach(self, session: Session) -> None:
        while (process := self._find_process(session)) is not None:
            if session.connect(process):
                return
            # It has ended unnoticed.
            self.leave(process)

    def _find_process(self, session: Session) -> Address | None:
        """Wait for a process that listens; return None if nobody needs it any more."""
        while session.is_open:
            with self._changed:
                if self._process is not None or self._closing:
                    return None if self._closing else self._process
            if self.start is not None:
                # Whoever sends the next event learns why it cannot be started.
                with suppress(EmulatorError):
                    self.start()
            with self._changed:
                self._changed.wait_for(lambda: self._process is not None or self._closing, _LOOK_SECONDS)
        return None

    def _enter(self, session: Session) -> bool:
        until = time.monotonic() + _SETTLE_SECONDS
        with self._changed:
            # Whoever attaches again may be quicker than it is seen that it has left.
            while self._session is not None and (self._session.is_ending or time.monotonic() < until):
                self._changed.wait(_LOOK_SECONDS)
            if self._session is not None:
                return False
            self._session = session
            self._attachments += 1
            return True

    def _leave(self, session: Session) -> None:
        with self._changed:
            if self._session is session:
                self._session = None
            self._changed.notify_all()
