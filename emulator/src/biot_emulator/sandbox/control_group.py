"""A control group of Linux for each plugin's process, where this process may make some."""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Self

__all__ = ["ControlGroup"]

_PREFIX = "biot-plugin-"
_REMOVE_SECONDS = 1
_POLL_SECONDS = 0.002


class ControlGroup:
    """A group of processes that none of them leaves by losing its parent, its session or its variables.

    Args:
        folder: Its folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls) -> Self | None:
        """Create a group below the one of this process; None where that is not possible."""
        parent = _own_folder()
        if parent is None:
            return None
        folder = parent / f"{_PREFIX}{uuid.uuid4().hex}"
        try:
            folder.mkdir()
        except OSError:
            return None
        return cls(folder)

    def pids(self) -> list[int]:
        """Return the ids of its processes."""
        try:
            return [int(line) for line in (self.folder / "cgroup.procs").read_text(encoding="ascii").split()]
        except OSError:
            return []

    def kill(self) -> None:
        """Kill its processes, also those that are just being started."""
        with suppress(OSError):
            (self.folder / "cgroup.kill").write_text("1", encoding="ascii")

    def remove(self) -> None:
        """Remove it, as soon as its processes have ended."""
        until = time.monotonic() + _REMOVE_SECONDS
        while self.folder.is_dir() and time.monotonic() < until:
            with suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(_POLL_SECONDS)


def _own_folder() -> Path | None:
    """Return the folder of this process's own group, in the second version of control groups; None if it has none."""
    try:
        groups = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    own = next((line.removeprefix("0::/") for line in groups if line.startswith("0::/")), None)
    roots = [line.split()[4] for line in mounts if " - cgroup2 " in line]
    if own is None or not roots:
        return None
    folder = Path(roots[0]) / own
    return folder if ".." not in folder.parts and os.access(folder, os.W_OK) else None
