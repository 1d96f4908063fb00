"""Few checks at once, some waiting, and no more."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from biot_emulator.security.secret_checks import SecretChecks, TooManySecrets, checks_in_this_thread


def start(do: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=do)
    thread.start()
    return thread


def test_few_are_checked_at_once_and_some_wait() -> None:
    checks, go_on, begun = SecretChecks(at_once=2, waiting=2), threading.Event(), threading.Semaphore(0)
    results: list[int] = []

    def check() -> int:
        begun.release()
        go_on.wait(20)
        return 1

    threads = [start(lambda: results.append(checks.run(check))) for _ in range(4)]
    assert begun.acquire(timeout=20)
    assert begun.acquire(timeout=20)
    assert not begun.acquire(timeout=0.05)
    while True:
        try:
            assert checks._places.acquire(blocking=False)
        except AssertionError:
            break
        checks._places.release()
        threading.Event().wait(0.01)
    with pytest.raises(TooManySecrets, match="try again"):
        checks.run(check)
    go_on.set()
    for thread in threads:
        thread.join()
    assert results == [1] * 4
    assert checks.run(lambda: 2) == 2
    checks.close()


def test_what_a_check_raises_is_the_callers() -> None:
    checks = SecretChecks(at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="invalid literal"):
            checks.run(lambda: int("x"))
    checks.close()


def test_nobody_waits_for_a_platform_that_stops() -> None:
    checks, go_on, begun = SecretChecks(at_once=1, waiting=5), threading.Event(), threading.Event()
    outcomes: list[str] = []

    def check() -> str:
        begun.set()
        go_on.wait(20)
        return "checked"

    def call() -> None:
        try:
            outcomes.append(checks.run(check))
        except TooManySecrets:
            outcomes.append("refused")

    first = start(call)
    assert begun.wait(20)
    waiting = start(call)
    while not checks._threads._work_queue.qsize():
        threading.Event().wait(0.01)
    closing = start(checks.close)
    waiting.join()
    assert outcomes == ["refused"]
    go_on.set()
    first.join()
    closing.join()
    assert outcomes == ["refused", "checked"]
    call()
    assert outcomes[2] == "refused"


def test_a_thread_that_holds_what_a_check_needs_checks_itself() -> None:
    checks = SecretChecks()
    with checks_in_this_thread():
        assert checks.run(threading.get_ident) == threading.get_ident()
    assert checks.run(threading.get_ident) != threading.get_ident()
    checks.close()
