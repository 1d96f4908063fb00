"""The prompt of `breakpoint()`: pdb on the terminal of whoever invoked the plugin."""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from biot_emulator.sandbox.debug_client.service import Service

__all__ = ["Terminal"]

_INPUT, _OUTPUT = 0, 1
_CONTROL_CHARACTERS = 6
_NO_CHARACTER = b"\0"


class Terminal:
    """A terminal that the process is lent.

    Args:
        descriptor: Its descriptor.
        kind: The value of `TERM`.
        service: Stops the clock.
        begin: Called before the first prompt.
    """

    def __init__(self, descriptor: int, kind: str, service: Service, begin: Callable[[], None]) -> None:
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor
        self._kind = kind
        self._service = service
        self._begin = begin
        self._debugger: Any = None

    def stop_at(self, frame: FrameType) -> None:
        """Show the prompt in a frame, and after each step from there."""
        if self._debugger is None:
            self._begin()
            with self._standard_streams():
                self._debugger = _new_debugger(self)
        self._debugger.set_trace(frame)

    def quit(self) -> None:
        """End this process, whatever it is in the middle of."""
        self._service.quit()
        while True:
            time.sleep(60)

    @contextmanager
    def prompting(self) -> Iterator[None]:
        """Make the terminal standard input and output, and stop the clock."""
        with self._service.prompting(), self._standard_streams():
            yield

    @contextmanager
    def _standard_streams(self) -> Iterator[None]:
        # Line editing works on the process's own first two descriptors alone.
        streams, term = (sys.stdin, sys.stdout, sys.stderr), os.environ.get("TERM")
        for stream in streams[1:]:
            stream.flush()
        copies = [os.dup(_INPUT), os.dup(_OUTPUT)]
        try:
            for number in (_INPUT, _OUTPUT):
                os.dup2(self._descriptor, number)
            if self._kind:
                os.environ["TERM"] = self._kind
            with (
                self._without_suspension(),
                open(_INPUT, encoding="utf-8", errors="replace", closefd=False) as reader,
                open(_OUTPUT, "w", encoding="utf-8", errors="backslashreplace", closefd=False) as writer,
            ):
                sys.stdin, sys.stdout, sys.stderr = reader, writer, writer
                yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            for number, copy in zip((_INPUT, _OUTPUT), copies):  # noqa: B905 - Python 3.9 has no strict
                os.dup2(copy, number)
                os.close(copy)
            _restore_term(term)

    @contextmanager
    def _without_suspension(self) -> Iterator[None]:
        """Let no key suspend the program of the terminal: this process, which reads from it, would go on."""
        before = termios.tcgetattr(self._descriptor)
        changed = termios.tcgetattr(self._descriptor)
        changed[_CONTROL_CHARACTERS][termios.VSUSP] = _NO_CHARACTER
        termios.tcsetattr(self._descriptor, termios.TCSANOW, changed)
        try:
            yield
        finally:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)


def _restore_term(value: str | None) -> None:
    if value is None:
        os.environ.pop("TERM", None)
    else:
        os.environ["TERM"] = value


def _new_debugger(terminal: Terminal) -> Any:
    # Not before it is needed: whatever pdb imports shadows modules of the plugin.
    import pdb

    class Prompt(pdb.Pdb):
        """A debugger whose standard streams are the terminal, while it asks."""

        def __init__(self) -> None:
            # No interrupt reaches this process: it has a session of its own.
            super().__init__(nosigint=True)

        def interaction(self, *arguments: Any, **keywords: Any) -> None:
            """Ask what to do next."""
            with terminal.prompting():
                self.stdin, self.stdout = sys.stdin, sys.stdout
                super().interaction(*arguments, **keywords)

        def do_quit(self, arg: str) -> bool | None:  # noqa: ARG002 - the name that pdb calls it by
            """End the plugin's process."""
            terminal.quit()
            return None

        def do_EOF(self, arg: str) -> bool | None:
            """End the plugin's process."""
            self.stdout.write("\n")
            self.stdout.flush()
            return self.do_quit(arg)

        do_q = do_exit = do_quit

    return Prompt()
