from __future__ import annotations

import threading

import pytest

from biot_emulator.debugging.clock import Clock
from biot_emulator.hooks.waiting.patience import NoAnswer, Patience


@pytest.mark.parametrize("seconds", [None, 60])
def test_a_call_that_is_answered_in_time_is_as_if_nobody_had_waited(seconds: float | None) -> None:
    patience = Patience(seconds)
    assert patience.call(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        patience.call(lambda: 1 // 0)
    patience.close()


def test_whoever_takes_too_long_goes_on_and_nobody_gets_the_result() -> None:
    patience, over, done = Patience(0.01), threading.Event(), threading.Event()

    def work() -> None:
        over.wait()
        done.set()

    with pytest.raises(NoAnswer):
        patience.call(work)
    assert not done.is_set()
    over.set()
    patience.close()
    assert done.is_set()


def test_time_in_which_somebody_debugs_the_plugin_is_no_waiting() -> None:
    clock = Clock()
    patience, over = Patience(0.05, clock), threading.Event()
    with clock.held():
        later = threading.Timer(0.3, over.set)
        later.start()
        assert patience.call(over.wait)
    later.join()
    over.clear()
    with pytest.raises(NoAnswer):
        patience.call(over.wait)
    over.set()
    patience.close()
