"""The processes of one sandbox: what they use, and their end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator

import psutil

__all__ = ["ProcessGroup"]

_POLLS_PER_SCAN = 10


class ProcessGroup:
    """A process that leads a group of its own, and whatever it started.

    Args:
        leader: The process, started in a new session.
        mark: A name and value in the environment that tell its descendants from all other processes.
    """

    def __init__(self, leader: subprocess.Popen[bytes], mark: tuple[str, str]) -> None:
        self._leader = leader
        self._mark = mark
        self._polls = 0
        self._members: list[psutil.Process] = []
        self.peak = 0

    def memory(self) -> int:
        """Measure the bytes of resident memory of the whole group, and remember the peak."""
        # Looking for new members means asking about every process of the machine, so it is done less often.
        if self._polls % _POLLS_PER_SCAN == 0:
            self._members = list(self._group())
        self._polls += 1
        used = sum(map(_resident, self._members))
        self.peak = max(self.peak, used)
        return used

    def exit_code(self) -> int | None:
        """Tell how the leader ended, negative for a signal; None while it runs."""
        return self._leader.poll()

    def kill(self) -> None:
        """End every process, those that left the group too, and wait for the leader."""
        strays = list(self._marked())
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._leader.pid, signal.SIGKILL)
        self._leader.wait()
        for process in strays:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(strays, timeout=1)

    def _group(self) -> Iterator[psutil.Process]:
        for pid in psutil.pids():
            with contextlib.suppress(OSError, psutil.Error):
                if os.getpgid(pid) == self._leader.pid:
                    yield psutil.Process(pid)

    def _marked(self) -> Iterator[psutil.Process]:
        name, value = self._mark
        for pid in psutil.pids():
            if pid == self._leader.pid:
                continue
            with contextlib.suppress(OSError, psutil.Error):
                process = psutil.Process(pid)
                if process.environ().get(name) == value:
                    yield process


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
