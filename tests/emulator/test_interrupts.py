from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from biot_emulator import interrupts
from biot_emulator.interrupts import Interrupted, interruptible, raise_if_interrupted, uninterrupted

# Where the main thread starts the helper thread, waits for it and takes its result.
_TRACED = {"start", "wait", "result"}


def interrupted_at(line: int, work: Callable[[], object]) -> bool:
    """Do some work, and raise KeyboardInterrupt before a certain line that the main thread executes for it.

    Returns:
        Whether there were as many lines.
    """
    lines = itertools.count(1)

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        code = frame.f_code
        if (
            event == "line"
            and code.co_filename == interrupts.__file__
            and code.co_name in _TRACED
            and next(lines) == line
        ):
            raise KeyboardInterrupt
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(previous)
    return False


def sweep(work: Callable[[], object], check: Callable[[], None]) -> None:
    for line in itertools.count(1):
        interrupted = interrupted_at(line, work)
        check()
        if not interrupted:
            assert line > len(_TRACED)
            return


def test_a_release_is_done_whenever_the_interrupt_comes() -> None:
    done: list[bool] = []

    def check() -> None:
        assert done.pop()
        assert not done

    sweep(lambda: uninterrupted(lambda: done.append(True), is_release=True), check)


def test_an_interrupt_leaves_either_the_result_or_nothing() -> None:
    acquired: list[object] = []

    def acquire() -> object:
        acquired.append(resource := object())
        return resource

    def work() -> None:
        acquired.remove(uninterrupted(acquire, undo=acquired.remove))

    def check() -> None:
        assert acquired == []

    sweep(work, check)


def test_interruptible_work_ends_early() -> None:
    started, woken = threading.Event(), threading.Event()
    ended: list[bool] = []

    def work() -> None:
        try:
            with interruptible(woken.set):
                started.set()
                woken.wait()
        except Interrupted:
            ended.append(True)
            raise

    def interrupt(frame: FrameType, event: str, argument: object) -> Any:
        if event == "line" and frame.f_code.co_name == "wait" and frame.f_code.co_filename == interrupts.__file__:
            started.wait()
            raise KeyboardInterrupt
        return interrupt

    previous = sys.gettrace()
    sys.settrace(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            uninterrupted(work)
    finally:
        sys.settrace(previous)
    assert ended == [True]


def test_errors_and_results_come_back() -> None:
    assert uninterrupted(threading.current_thread) is not threading.main_thread()
    with pytest.raises(ZeroDivisionError):
        uninterrupted(lambda: 1 / 0)


def test_without_an_interrupt_nothing_is_ended() -> None:
    def work() -> str:
        with interruptible(lambda: None):
            time.sleep(0)
        raise_if_interrupted()
        return "done"

    assert (uninterrupted(work), work()) == ("done", "done")
