from __future__ import annotations

import time

from biot_emulator.debugging.clock import Clock


def test_it_stands_still_until_everybody_has_let_go_of_it() -> None:
    clock = Clock()
    with clock.held():
        before = clock.now()
        with clock.held():
            time.sleep(0.02)
        assert clock.is_held()
        assert clock.now() == before
    assert not clock.is_held()
    time.sleep(0.01)
    assert clock.now() > before


def test_what_it_stood_still_for_is_lost_for_good() -> None:
    clock = Clock()
    ahead = time.monotonic() - clock.now()
    with clock.held():
        time.sleep(0.02)
    assert time.monotonic() - clock.now() >= ahead + 0.02


def test_whoever_waits_for_a_deadline_looks_again_soon_and_not_after_it() -> None:
    clock = Clock()
    with clock.held():
        assert clock.step(clock.now() + 3600) == 0.1
        assert 0 < clock.step(clock.now() + 0.05) < 0.1
        assert clock.step(clock.now()) == 0
        assert clock.step(clock.now() - 1) == 0
