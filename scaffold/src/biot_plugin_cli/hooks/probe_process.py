"""Runs a process with a time limit; only the end of its output is stored."""

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

__all__ = ["Completed", "run_bounded"]

_MAX_OUTPUT_BYTES = 65_536
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Completed:
    """A process that has ended.

    Attributes:
        exit_code: Its exit status; negative for a signal, None if it exceeded the time limit.
        last_lines: The end of its output.
    """

    exit_code: int | None
    last_lines: list[str]


def run_bounded(command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> Completed:
    """Run a process, then kill it and its process group.

    Args:
        command: The program and its arguments.
        folder: Its working directory.
        environment: All of its environment.
        seconds: The time limit.

    Raises:
        OperationFailed: It cannot be started.
    """
    deadline = time.monotonic() + seconds
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
        output = _read_output(process, deadline)
        exit_code = process.poll()
    finally:
        _kill(process)
    return Completed(exit_code, output.decode("utf-8", "replace").splitlines())


def _read_output(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """Read the output of the process until it ends, even if its children still hold the pipe open."""
    if process.stdout is None:
        return b""
    pipe, output = process.stdout.fileno(), b""
    os.set_blocking(pipe, False)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        running = True
        while running and time.monotonic() < deadline:
            running = process.poll() is None
            if selector.select(_POLL_SECONDS if running else 0):
                chunk = _read(pipe)
                output = (output + chunk)[-_MAX_OUTPUT_BYTES:]
                if not chunk:
                    selector.unregister(pipe)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(max(deadline - time.monotonic(), 0))
    return output


def _read(pipe: int) -> bytes:
    with contextlib.suppress(BlockingIOError):
        return os.read(pipe, _MAX_OUTPUT_BYTES)
    return b""


def _kill(process: subprocess.Popen[bytes]) -> None:
    # Also if it has ended by itself: its children may still run.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()
