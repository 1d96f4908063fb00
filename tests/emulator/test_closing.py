"""What is a context manager is closed once at its end, however that comes; tests notice what is left."""

from __future__ import annotations

import subprocess
import threading

import pytest

from biot_emulator.closing import Closing
from tests.emulator.conftest import child_processes


class Door(Closing):
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_it_is_closed_at_the_end() -> None:
    with Door() as door:
        assert door.closed == 0
    assert door.closed == 1


def test_it_is_closed_by_an_error_too() -> None:
    door = Door()
    with pytest.raises(ValueError, match="stop"), door:
        raise ValueError("stop")
    assert door.closed == 1


def test_a_process_that_any_thread_has_started_is_noticed() -> None:
    before, started = child_processes(), list[subprocess.Popen[bytes]]()
    thread = threading.Thread(target=lambda: started.append(subprocess.Popen(["sleep", "60"])))
    thread.start()
    thread.join()
    try:
        assert {process.pid for process in child_processes() - before} == {started[0].pid}
    finally:
        started[0].kill()
        started[0].wait()
    assert child_processes() == before
