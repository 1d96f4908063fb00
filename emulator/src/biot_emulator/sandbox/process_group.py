"""The processes of one sandbox: what they use, and their end.

psutil is imported by the functions that use it: it takes its time to load, and the plugin's process can load meanwhile.
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
_END_SECONDS = 1
_POLL_SECONDS = 0.002


class ProcessGroup:
    """A process that leads a group of its own, and whatever it started.

    Args:
        leader: The process, started in a new session.
        mark: A name and value in the environment that tell its descendants from all other processes.

    Attributes:
        peak: The most bytes that `memory` has found.
    """

    def __init__(self, leader: subprocess.Popen[bytes], mark: tuple[str, str]) -> None:
        self.peak = 0
        self._leader = leader
        self._mark = mark
        self._polls = 0
        self._members: list[psutil.Process] = []

    def memory(self) -> int:
        """Measure the bytes of resident memory of the whole group."""
        # Looking for new members means asking about every process of the machine, so it is done less often.
        if self._polls % _POLLS_PER_SCAN == 0:
            self._members = list(_group(self._leader.pid))
        self._polls += 1
        used = sum(map(_resident, self._members))
        self.peak = max(self.peak, used)
        return used

    def exit_code(self) -> int | None:
        """Tell how the leader ended, negative for a signal; None while it runs."""
        return self._leader.poll()

    def kill(self) -> None:
        """End every process, those that left the group too, and wait until they are gone."""
        # Before their parent is gone: macOS shows nobody the environment of its own programs, so no mark tells them.
        descendants = _descendants(self._leader.pid) if self._leader.returncode is None else []
        # The leader is waited for last: until then nobody else can get its process id.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._leader.returncode is None:
                os.killpg(self._leader.pid, signal.SIGKILL)
        found = (*descendants, *_group(self._leader.pid), *_marked(*self._mark))
        others = {process.pid: process for process in found}
        others.pop(self._leader.pid, None)
        _end(list(others.values()))
        self._leader.wait()


def _descendants(leader_pid: int) -> list[psutil.Process]:
    import psutil

    try:
        return psutil.Process(leader_pid).children(recursive=True)
    except psutil.Error:
        return []


def _group(leader_pid: int) -> Iterator[psutil.Process]:
    import psutil

    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getpgid(pid) == leader_pid:
                yield psutil.Process(pid)


def _marked(name: str, value: str) -> Iterator[psutil.Process]:
    import psutil

    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            process = psutil.Process(pid)
            if process.environ().get(name) == value:
                yield process


def _resident(process: psutil.Process) -> int:
    import psutil

    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _end(processes: list[psutil.Process]) -> None:
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    until = time.monotonic() + _END_SECONDS
    while any(map(_runs, processes)) and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)


def _runs(process: psutil.Process) -> bool:
    """Whether a process has not ended. In a container, orphans that have ended may stay zombies for long."""
    import psutil

    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
