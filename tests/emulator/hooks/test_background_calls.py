"""Calls that nobody waits for, and that wait for nobody but those of the same plugin."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from biot_emulator.hooks.background_calls import BackgroundCalls

FAST = "fast"
SLOW = "slow"


@pytest.fixture
def calls() -> Iterator[BackgroundCalls]:
    calls = BackgroundCalls("test", at_once=2, waiting=3)
    yield calls
    calls.close()


def test_a_slow_plugin_delays_no_other(calls: BackgroundCalls) -> None:
    go_on, begun, done = threading.Event(), threading.Semaphore(0), threading.Event()

    def wait() -> None:
        begun.release()
        go_on.wait(20)

    assert calls.submit(SLOW, wait)
    assert calls.submit(SLOW, wait)
    assert begun.acquire(timeout=20)
    assert begun.acquire(timeout=20)
    assert [calls.submit(SLOW, wait) for _ in range(4)] == [True, True, True, False]
    assert not begun.acquire(timeout=0.05)
    assert calls.submit(FAST, done.set)
    assert done.wait(20)
    go_on.set()
    for _ in range(3):
        assert begun.acquire(timeout=20)


def test_the_calls_of_a_plugin_are_made_in_order_and_all_of_them() -> None:
    calls, made, done = BackgroundCalls("test", at_once=1, waiting=100), [], threading.Event()
    for number in range(50):
        assert calls.submit(FAST, lambda number=number: made.append(number))  # type: ignore[misc]
    calls.submit(FAST, done.set)
    assert done.wait(20)
    calls.close()
    assert made == list(range(50))


def test_threads_end_when_there_is_nothing_to_do(calls: BackgroundCalls) -> None:
    for _ in range(3):
        done = threading.Event()
        assert calls.submit(FAST, done.set)
        assert done.wait(20)
        while calls._queues or calls._threads:
            threading.Event().wait(0.01)


def test_what_waits_when_it_is_closed_is_not_called() -> None:
    calls, go_on, begun = BackgroundCalls("test", at_once=1), threading.Event(), threading.Event()
    made: list[str] = []

    def wait() -> None:
        begun.set()
        go_on.wait(20)
        made.append("running")

    calls.submit(SLOW, wait)
    assert begun.wait(20)
    calls.submit(SLOW, lambda: made.append("waiting"))
    closing = threading.Thread(target=calls.close)
    closing.start()
    while not calls._closed:
        threading.Event().wait(0.01)
    go_on.set()
    closing.join()
    assert made == ["running"]
    assert not calls.submit(SLOW, lambda: made.append("late"))
