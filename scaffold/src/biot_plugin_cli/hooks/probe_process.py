"""A process that ends, or is ended, within a time; only the end of what it prints is kept."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["Ended", "run_bounded"]

_KEPT_BYTES = 65_536
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    Attributes:
        exit_code: Negative for a signal; None when its time was over.
        last_lines: The end of what it printed.
    """

    exit_code: int | None
    last_lines: list[str]


def run_bounded(command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> Ended:
    """Run a process, and end it and what it started in its group.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        environment: All of its environment.
        seconds: The time it has.

    Raises:
        OperationFailed: It cannot be started.
    """
    until = time.monotonic() + seconds
    try:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise OperationFailed(f"{command[0]} cannot be started in {folder}: {error}") from error
    try:
        output = _follow(process, until)
        exit_code = process.poll()
    finally:
        _end(process)
    return Ended(exit_code, output.decode("utf-8", "replace").splitlines())


def _follow(process: subprocess.Popen[bytes], until: float) -> bytes:
    """Read what the process prints until it ends. What it leaves behind may hold the pipe open: that is not awaited."""
    if process.stdout is None:
        return b""
    output, kept = process.stdout.fileno(), b""
    os.set_blocking(output, False)
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        running = True
        while running and time.monotonic() < until:
            running = process.poll() is None
            if selector.select(_POLL_SECONDS if running else 0):
                chunk = _read(output)
                kept = (kept + chunk)[-_KEPT_BYTES:]
                if not chunk:
                    selector.unregister(output)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(max(until - time.monotonic(), 0))
    return kept


def _read(output: int) -> bytes:
    with contextlib.suppress(BlockingIOError):
        return os.read(output, _KEPT_BYTES)
    return b""


def _end(process: subprocess.Popen[bytes]) -> None:
    # Also where it has ended by itself: what it started may still run.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()
