"""Standard input, output and error, whatever they are connected to: nothing, a closed pipe, or a full disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from biot_emulator.errors import EmulatorError

__all__ = [
    "CLOSED_PIPE",
    "OutputClosed",
    "OutputFailed",
    "open_streams",
    "print_error",
    "print_line",
    "print_warning",
    "require_output",
]

CLOSED_PIPE = 141
"""The exit code of a program that the signal SIGPIPE ends, as most others let it."""

# Escapes what the encoding lacks, so that it can still be told apart.
_ERRORS = "backslashreplace"
_STANDARD_DESCRIPTORS = (0, 1, 2)


class OutputFailed(EmulatorError):
    """Standard output cannot be written."""


class OutputClosed(OutputFailed):
    """Nobody reads standard output any more."""


def open_streams() -> None:
    """Connect what is closed with nothing, and escape what the encoding of the output lacks."""
    for descriptor in _STANDARD_DESCRIPTORS:
        if not _is_open(descriptor):
            # Otherwise the next file to be opened would become standard output.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    # Python has no object for a stream that was closed when it started.
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - a device, open to the end
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=_ERRORS)


def print_line(line: str) -> None:
    """Print a line at once.

    Raises:
        OutputFailed: It cannot be written.
    """
    with _reported():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def print_error(line: str) -> None:
    """Print a line on standard error, if that is possible."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        _discard(sys.stderr)


def print_warning(warning: str) -> None:
    """Print a warning as `print_error` does."""
    print_error(f"Warning: {warning}")


def require_output() -> None:
    """Write what is buffered.

    Raises:
        OutputFailed: It cannot be written.
    """
    with _reported():
        sys.stdout.flush()


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _discard(sys.stdout)
        raise OutputClosed("Nobody reads the output") from None
    except (OSError, ValueError) as error:
        _discard(sys.stdout)
        reason = getattr(error, "strerror", None) or error
        message = f"Cannot write the output ({reason}): free some space, or send it elsewhere"
        raise OutputFailed(message) from None


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - a device


def _discard(stream: TextIO) -> None:
    """Send what the stream still has in its buffer nowhere, as the interpreter tries to write it at the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
