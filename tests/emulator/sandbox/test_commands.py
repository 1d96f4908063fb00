from __future__ import annotations

import signal
import subprocess
import sys
from types import FrameType

import pytest

from biot_emulator.sandbox.commands import run_command

SLEEP = [sys.executable, "-c", "import time; time.sleep(30)"]


def test_output_and_exit_code_are_captured() -> None:
    code = "import sys; print(sys.stdin.read() or 'no input'); sys.exit('wrong')"
    result = run_command([sys.executable, "-c", code], timeout=20)
    assert (result.stdout, result.stderr, result.returncode) == ("no input\n", "wrong\n", 1)


def test_a_program_that_takes_too_long_is_killed() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_command(SLEEP, timeout=0.1)


def test_an_interrupt_kills_the_program() -> None:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            run_command(SLEEP, timeout=20)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
