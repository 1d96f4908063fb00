"""A process of a sandbox: its memory, and whether it runs."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

__all__ = ["Member", "runs"]

_STATM_BYTES = 256
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Member:
    """A process, which is asked at each event: where the system shows it as a file, of that alone.

    Args:
        process: It, as psutil has it.
    """

    def __init__(self, process: psutil.Process) -> None:
        self.process = process
        self._statm = _open(f"/proc/{process.pid}/statm")

    def __del__(self) -> None:
        # By whoever needs it last: another thread may still read it.
        if self._statm is not None:
            os.close(self._statm)

    @property
    def resident_bytes(self) -> int:
        """Its resident memory; 0 once it has ended."""
        return _resident_bytes(self.process) if self._statm is None else _pages(self._statm)[1] * _PAGE_BYTES

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return runs(self.process) if self._statm is None else _pages(self._statm)[0] > 0


def runs(process: psutil.Process) -> bool:
    """Check whether a process still runs: in a container, ended orphans may stay zombies for long."""
    import psutil

    try:
        return process.is_running() and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _open(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None


def _pages(statm: int) -> tuple[int, int]:
    """Return the size of a process and what of it is resident, in pages; zombies have none of both."""
    # The file is that of this process, whichever has its id later.
    with suppress(OSError):
        size, resident, _ = os.pread(statm, _STATM_BYTES, 0).split(b" ", 2)
        return int(size), int(resident)
    return 0, 0


def _resident_bytes(process: psutil.Process) -> int:
    import psutil

    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
