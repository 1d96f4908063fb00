"""Runs a program to its end and captures what it prints."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from biot_emulator.interrupts import interruptible, uninterrupted

__all__ = ["run_command"]


def run_command(command: Sequence[str | Path], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a program without input; an interrupt kills it.

    Args:
        command: The program and its arguments.
        timeout: Seconds until it is killed.

    Raises:
        OSError: It cannot be started.
        subprocess.TimeoutExpired: It did not end in time.
    """
    return uninterrupted(lambda: _run(command, timeout))


def _run(command: Sequence[str | Path], timeout: float) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            with interruptible(process.kill):
                output, errors = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
