from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from biot_plugin_cli.terminal.lending import lend_terminal


@contextmanager
def terminal() -> Iterator[int]:
    """Make a terminal the standard input and error of this process; in the test itself, as pytest has its own."""
    master, slave = pty.openpty()
    saved = {number: os.dup(number) for number in (0, 2)}
    for number in saved:
        os.dup2(slave, number)
    yield slave
    for number, copy in saved.items():
        os.dup2(copy, number)
        os.close(copy)
    os.close(slave)
    os.close(master)


def test_a_terminal_is_put_in_order_after_whoever_left_it_without_echo() -> None:
    with terminal() as own:
        before = termios.tcgetattr(own)
        with lend_terminal() as descriptor:
            assert descriptor is not None
            assert os.ttyname(descriptor) == os.ttyname(own)
            changed = termios.tcgetattr(descriptor)
            changed[3] &= ~termios.ECHO
            termios.tcsetattr(descriptor, termios.TCSANOW, changed)
        assert termios.tcgetattr(own) == before
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_there_is_none_where_nobody_types() -> None:
    with open(os.devnull) as nothing:  # noqa: PTH123
        saved = os.dup(0)
        os.dup2(nothing.fileno(), 0)
        try:
            with lend_terminal() as descriptor:
                assert descriptor is None
        finally:
            os.dup2(saved, 0)
            os.close(saved)
