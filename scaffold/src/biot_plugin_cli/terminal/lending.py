"""Lends the terminal of this program to a process that it starts, and puts it in order afterwards."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["lend_terminal"]

_INPUT, _OUTPUTS = 0, (1, 2)


@contextmanager
def lend_terminal() -> Iterator[int | None]:
    """Open the terminal where somebody types to this program and reads from it; None if there is none.

    A process that is killed while it reads from a terminal leaves it without echo: that is undone.
    """
    descriptor = _open_terminal()
    if descriptor is None:
        yield None
        return
    before = termios.tcgetattr(descriptor)
    try:
        yield descriptor
    finally:
        # Compared first: whoever runs in the background would be stopped.
        with suppress(termios.error):
            if termios.tcgetattr(descriptor) != before:
                termios.tcsetattr(descriptor, termios.TCSANOW, before)
        os.close(descriptor)


def _open_terminal() -> int | None:
    try:
        if os.isatty(_INPUT) and any(map(os.isatty, _OUTPUTS)):
            return os.open(os.ttyname(_INPUT), os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None
    return None
