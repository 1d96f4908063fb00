"""Running a child process to its end."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["begin", "exchange", "run"]

_UMASK = 0o022
_READS_NOTHING: Any = {"stdin": subprocess.DEVNULL, "umask": _UMASK, "encoding": "utf-8", "errors": "replace"}


def run(
    command: Sequence[object], environment: Mapping[str, str], folder: Path | None = None, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program that reads nothing, and capture what it prints.

    Args:
        command: The program and its arguments.
        environment: All of its environment, from `child_environment`.
        folder: Its working directory.
        seconds: The longest that it may take; it is ended then.

    Raises:
        OSError: It cannot be started.
        subprocess.TimeoutExpired: It took longer.
    """
    return subprocess.run(  # noqa: S603
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        timeout=seconds,
        **_READS_NOTHING,
    )


def begin(
    command: Sequence[object], environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.Popen[str]:
    """Start a program as `run` does, without waiting for its end; the arguments are those of `run`."""
    return subprocess.Popen(  # noqa: S603
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **_READS_NOTHING,
    )


def exchange(command: Sequence[object], environment: Mapping[str, str], content: bytes) -> tuple[int, bytes, bytes]:
    """Run a program that reads bytes from standard input, and capture what it writes.

    Args:
        command: The program and its arguments.
        environment: All of its environment, from `child_environment`.
        content: What it reads.

    Returns:
        The exit code, the standard output, and what it says of errors.

    Raises:
        OSError: It cannot be started.
    """
    process = subprocess.run(  # noqa: S603
        [str(part) for part in command],
        env=environment,
        umask=_UMASK,
        input=content,
        capture_output=True,
        check=False,
    )
    return process.returncode, process.stdout, process.stderr
