"""The processes of one sandbox: measures their memory, finds their connections, and kills them.

psutil is imported by the functions that use it: it is slow to load, and the plugin's process can load meanwhile.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from biot_emulator.sandbox.control_group import ControlGroup
from biot_emulator.sandbox.keeper.orders import SWEPT
from biot_emulator.sandbox.keeper.process_tree import descendants
from biot_emulator.sandbox.lifeline import Lifeline
from biot_emulator.sandbox.members import Member, runs
from biot_emulator.sandbox.started_processes import last_started

if TYPE_CHECKING:
    import psutil

__all__ = ["ProcessGroup"]

_SEARCH_SECONDS = 0.05
#: Also where nothing has been started: a process that gets another parent during a search may be missed by it.
_SEARCH_ANYWAY_SECONDS = 1.0
_KEEPER_SECONDS = 2
_KILL_SECONDS = 1
_POLL_SECONDS = 0.002


class ProcessGroup:
    """A plugin's process, below its keeper, and everything that it started.

    Args:
        keeper: The keeper, started in a new session.
        lifeline: What ends the keeper.
        control_group: The group that the plugin's process joins; None if there is none.
        mark: Name and value of an environment variable that only the plugin's processes have.

    Attributes:
        peak: The maximum of `memory` so far, in bytes.
    """

    def __init__(
        self,
        keeper: subprocess.Popen[bytes],
        lifeline: Lifeline,
        control_group: ControlGroup | None,
        mark: tuple[str, str],
    ) -> None:
        self.peak = 0
        self._keeper = keeper
        self._lifeline = lifeline
        self._control_group = control_group
        self._mark = mark
        self._looked_at = self._searched_at = -math.inf
        self._last_started: bytes | None = None
        self._members: dict[int, Member] = {}
        self._killing = threading.Lock()

    def memory(self) -> int:
        """Measure the resident memory of the plugin's processes, in bytes."""
        # Searching for new members reads about every process, so it is done less often.
        if (now := time.monotonic()) - self._looked_at >= _SEARCH_SECONDS:
            self._looked_at = now
            self._search_for_new(now)
        used = sum([member.resident_bytes for member in list(self._members.values())])
        self.peak = max(self.peak, used)
        return used

    def exit_code(self) -> int | None:
        """Return the exit code of the plugin's process, negative for a signal; None while it runs."""
        return self._keeper.poll()

    def owns_connection(self, client: tuple[str, int], server: tuple[str, int]) -> bool:
        """Whether one of the plugin's processes has the near end of a TCP connection.

        Args:
            client: Host and port of the near end.
            server: Host and port of the far end.
        """
        self._search()
        return any(_has_connection(member.process, client, server) for member in list(self._members.values()))

    def kill(self) -> None:
        """Kill every process, wherever it has gone, and wait until they have ended. May be called from any thread."""
        with self._killing:
            self._lifeline.pull()
            try:
                self._keeper.wait(_KEEPER_SECONDS)
            except subprocess.TimeoutExpired:
                # The plugin has stopped it.
                self._keeper.kill()
                self._keeper.wait()
            if self._lifeline.last_words() != SWEPT:
                self._kill_without_keeper()
            if self._control_group:
                self._control_group.remove()
            self._members = {}

    def _search_for_new(self, now: float) -> None:
        # Before the search: what is started during it is for the next one.
        last = last_started()
        if last is None or last != self._last_started or now - self._searched_at >= _SEARCH_ANYWAY_SECONDS:
            self._last_started, self._searched_at = last, now
            self._search()

    def _search(self) -> None:
        """Add new members to those that are known, and forget those that have ended."""
        known = {pid: member for pid, member in list(self._members.items()) if member.runs}
        pids = [*_descendants(self._keeper), *(self._control_group.pids() if self._control_group else ())]
        found = _processes(pid for pid in pids if pid not in known)
        self._members = known | {pid: Member(process) for pid, process in found.items()}

    def _kill_without_keeper(self) -> None:
        """Search for the plugin's processes by everything that they may have left of it, and kill them."""
        until = time.monotonic() + _KILL_SECONDS
        while time.monotonic() < until:
            self._search()
            if self._control_group:
                self._control_group.kill()
            known = {pid: member.process for pid, member in self._members.items()}
            left = known | _in_groups(set(known)) | _with_variable(*self._mark)
            if not (running := [process for process in left.values() if runs(process)]):
                return
            _kill_all(running)
            time.sleep(_POLL_SECONDS)


def _descendants(keeper: subprocess.Popen[bytes]) -> list[int]:
    import psutil

    if keeper.returncode is not None:
        return []
    pids = descendants(keeper.pid)
    if pids is not None:
        return pids
    try:
        return [process.pid for process in psutil.Process(keeper.pid).children(recursive=True)]
    except psutil.Error:
        return []


def _processes(pids: Iterable[int]) -> dict[int, psutil.Process]:
    import psutil

    processes = {}
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            processes[pid] = psutil.Process(pid)
    return processes


def _in_groups(leaders: set[int]) -> dict[int, psutil.Process]:
    def members() -> Iterator[int]:
        import psutil

        for pid in psutil.pids():
            with contextlib.suppress(OSError):
                if os.getpgid(pid) in leaders or os.getsid(pid) in leaders:
                    yield pid

    return _processes(members())


def _with_variable(name: str, value: str) -> dict[int, psutil.Process]:
    import psutil

    processes = {}
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if process.environ().get(name) == value:
                processes[process.pid] = process
    return processes


def _has_connection(process: psutil.Process, client: tuple[str, int], server: tuple[str, int]) -> bool:
    import psutil

    try:
        connections = process.net_connections("tcp4")
    except (OSError, psutil.Error):
        return False
    return any((connection.laddr, connection.raddr) == (client, server) for connection in connections)


def _kill_all(processes: list[psutil.Process]) -> None:
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
