from __future__ import annotations

import threading

import pytest

from biot_plugin_cli.processes.meanwhile import Meanwhile


def _fail() -> int:
    raise IndexError


def test_it_is_done_while_this_goes_on() -> None:
    may_end = threading.Event()

    def do() -> tuple[bool, threading.Thread]:
        return may_end.wait(10), threading.current_thread()

    with Meanwhile(do) as work:
        may_end.set()
        was_set, thread = work.result()
    assert was_set
    assert thread is not threading.current_thread()


def test_what_it_raises_is_raised_where_its_result_is_asked_for() -> None:
    with Meanwhile(_fail) as work, pytest.raises(IndexError):
        work.result()


def test_it_does_not_outlive_what_fails_meanwhile() -> None:
    done: list[int] = []
    may_end = threading.Event()

    def do() -> None:
        may_end.wait(10)
        done.append(1)

    with pytest.raises(KeyError), Meanwhile(do):
        threading.Timer(0.05, may_end.set).start()
        raise KeyError
    assert done == [1]


def test_nobody_has_to_ask() -> None:
    with Meanwhile(_fail):
        pass
