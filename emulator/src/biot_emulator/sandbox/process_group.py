"""The processes of one sandbox: measures their memory, and kills them.

psutil is imported by the functions that use it: it is slow to load, and the plugin's process can load meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

__all__ = ["ProcessGroup"]

_POLLS_PER_SCAN = 10
_KILL_SECONDS = 1
_POLL_SECONDS = 0.002


class ProcessGroup:
    """A process that leads a group of its own, and everything it started.

    Args:
        leader: The process, started in a new session.
        mark: Name and value of an environment variable that only its descendants have.

    Attributes:
        peak: The maximum of `memory` so far, in bytes.
    """

    def __init__(self, leader: subprocess.Popen[bytes], mark: tuple[str, str]) -> None:
        self.peak = 0
        self._leader = leader
        self._mark = mark
        self._polls = 0
        self._members: list[psutil.Process] = []

    def memory(self) -> int:
        """Measure the resident memory of the whole group, in bytes."""
        # Searching for new members reads about every process of the machine, so it is done less often.
        if self._polls % _POLLS_PER_SCAN == 0:
            self._members = list(_members_of(self._leader.pid))
        self._polls += 1
        used = sum(map(_resident_bytes, self._members))
        self.peak = max(self.peak, used)
        return used

    def exit_code(self) -> int | None:
        """Return the leader's exit code, negative for a signal; None while it runs."""
        return self._leader.poll()

    def kill(self) -> None:
        """Kill every process, including those that left the group, and wait until they have ended."""
        # While their parent still runs: macOS hides the environment of its own programs, so that no mark is found.
        descendants = _descendants(self._leader.pid) if self._leader.returncode is None else []
        # The leader is reaped last: until then its process id cannot be reused.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._leader.returncode is None:
                os.killpg(self._leader.pid, signal.SIGKILL)
        processes = (*descendants, *_members_of(self._leader.pid), *_with_variable(*self._mark))
        others = {process.pid: process for process in processes}
        others.pop(self._leader.pid, None)
        _kill_all(list(others.values()))
        self._leader.wait()


def _descendants(leader_pid: int) -> list[psutil.Process]:
    import psutil

    try:
        return psutil.Process(leader_pid).children(recursive=True)
    except psutil.Error:
        return []


def _members_of(leader_pid: int) -> Iterator[psutil.Process]:
    import psutil

    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getpgid(pid) == leader_pid:
                yield psutil.Process(pid)


def _with_variable(name: str, value: str) -> Iterator[psutil.Process]:
    import psutil

    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            process = psutil.Process(pid)
            if process.environ().get(name) == value:
                yield process


def _resident_bytes(process: psutil.Process) -> int:
    import psutil

    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _kill_all(processes: list[psutil.Process]) -> None:
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    until = time.monotonic() + _KILL_SECONDS
    while any(map(_runs, processes)) and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)


def _runs(process: psutil.Process) -> bool:
    """Check whether a process still runs: in a container, ended orphans may stay zombies for long."""
    import psutil

    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
