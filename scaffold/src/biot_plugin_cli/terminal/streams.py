"""Standard input, output and error of a program, whatever they are connected to.

They may be closed, a pipe that nobody reads any more, a full disk, or have an encoding that lacks characters.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from biot_plugin_cli.errors import CliError, OperationFailed, OutputClosed

__all__ = ["finish", "guarded"]

# Escapes what the encoding lacks, so that it can still be told apart.
_ERRORS = "backslashreplace"
_STANDARD_DESCRIPTORS = (0, 1, 2)


@contextmanager
def guarded() -> Iterator[None]:
    """Replace the standard streams by ones that are always there, within the context.

    Once standard output cannot be written, each write raises OutputClosed or OperationFailed. Writing to standard error
    never fails, as there is no place left where that could be said.
    """
    _open_closed_descriptors()
    before = sys.stdin, sys.stdout, sys.stderr
    with (
        _present(sys.stdin, "r") as stdin,
        _present(sys.stdout, "w") as stdout,
        _present(sys.stderr, "w") as stderr,
        _escaping(stdout),
        _escaping(stderr),
    ):
        sys.stdin = stdin
        sys.stdout = cast(TextIO, _Output(stdout, is_essential=True))
        sys.stderr = cast(TextIO, _Output(stderr, is_essential=False))
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


def finish() -> None:
    """Write what is still buffered.

    Raises:
        OutputClosed: Nobody reads the output any more.
        OperationFailed: The output cannot be written.
    """
    sys.stderr.flush()
    sys.stdout.flush()


class _Output:
    """A stream for text, without the one for bytes below it: whoever looks for that one would go around this.

    Args:
        stream: The stream to write to.
        is_essential: Whether a failure is raised.
    """

    def __init__(self, stream: TextIO, *, is_essential: bool) -> None:
        self._stream = stream
        self._is_essential = is_essential
        self._failure: CliError | None = None

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "detach"):
            raise AttributeError(name)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        if not isinstance(text, str):
            raise TypeError("this is a stream for text")
        if text:  # some write nothing, to see what kind of stream this is
            self._do(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        self._do(self._stream.flush)

    def _do(self, write: Callable[[], object]) -> None:
        if self._failure is None:
            try:
                write()
            except (OSError, ValueError) as error:  # a ValueError where the stream was closed
                self._failure = _failure(error)
                _discard(self._stream)
        # Another thread would only die of it, or fail at what has nothing to do with the output.
        if self._failure and self._is_essential and threading.current_thread() is threading.main_thread():
            raise self._failure


def _failure(error: Exception) -> CliError:
    if isinstance(error, BrokenPipeError):
        return OutputClosed("Nobody reads the output")
    reason = getattr(error, "strerror", None) or error
    return OperationFailed(f"Cannot write the output ({reason}): free some space, or send it elsewhere")


def _discard(stream: TextIO) -> None:
    """Send what the stream still has in its buffer nowhere, as the interpreter tries to write it at the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)


def _open_closed_descriptors() -> None:
    """Connect what is closed with nothing: the next file to be opened would become standard output."""
    for descriptor in _STANDARD_DESCRIPTORS:
        if not _is_open(descriptor):
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


@contextmanager
def _present(stream: TextIO | None, mode: str) -> Iterator[TextIO]:
    # Python has no object for a stream that was closed when it started.
    if stream is not None:
        yield stream
        return
    with open(os.devnull, mode, encoding="utf-8") as nothing:  # noqa: PTH123 - a device
        yield cast(TextIO, nothing)


@contextmanager
def _escaping(stream: TextIO) -> Iterator[None]:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        yield
        return
    before = stream.errors
    reconfigure(errors=_ERRORS)
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            reconfigure(errors=before)
