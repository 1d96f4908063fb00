"""The end of a program by a signal: it unwinds like an interruption, so that whatever was begun is undone.

Python does that for SIGINT alone; SIGTERM and SIGHUP would end the process at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from biot_plugin_cli.terminal.children import end_children

__all__ = ["complete", "exit_code", "handled", "is_pending", "uninterrupted"]

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EXIT_CODE_BASE = 128

_received: int = signal.SIGINT
_is_handling = False
_held: list[int] = []


@contextmanager
def handled() -> Iterator[None]:
    """End all children and raise KeyboardInterrupt for SIGTERM and SIGHUP, within the context.

    SIGINT comes from a terminal, which sends it to the children too.
    What is ignored, as SIGHUP below `nohup`, stays ignored.
    """
    global _is_handling, _received
    _received = signal.SIGINT
    if not _is_main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number in (signal.SIGTERM, signal.SIGHUP):
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    _is_handling = True
    try:
        yield
    finally:
        _is_handling = False
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code() -> int:
    """Return the exit code of a program that was interrupted: 128 and the number of the signal."""
    return _EXIT_CODE_BASE + _received


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold signals back until the end of the context."""
    if not _is_main_thread():
        yield
        return
    # Not the mask of signals, which holds for one thread alone: another one would get them.
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _hold)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is _hold:
                signal.signal(number, handler)
        held = [*_held]
        _held.clear()
        for held_number in held:
            signal.raise_signal(held_number)


def is_pending() -> bool:
    """Tell whether a signal is held back by `uninterrupted`."""
    return bool(_held)


def _hold(number: int, _frame: FrameType | None) -> None:
    _held.append(number)


def complete() -> None:
    """Ignore signals for the rest of the program: what it was to do is done, and only has to be reported."""
    if _is_handling:
        for number in _ENDING:
            # Not SIG_IGN, which would be inherited by processes.
            signal.signal(number, lambda *_: None)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    global _received
    _received = number
    with suppress(Exception):  # nothing may keep this program from ending
        end_children()
    raise KeyboardInterrupt


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
