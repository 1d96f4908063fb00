"""How much the files below a folder take, which is asked after each event: mostly, there are none."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["FolderSize"]

#: Within so many nanoseconds, two changes of a folder may have the same time: the system's own clock ticks slower.
_TICK = 100_000_000


class FolderSize:
    """The size of all files below a folder. Not thread-safe.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = os.fspath(folder)
        #: When the folder was last changed, where nothing was in it since; nobody but the system sets that time.
        self._empty_since: int | None = None

    def measure(self) -> int:
        """Add up the sizes in bytes; a folder that has been empty, and has not changed since, is not listed again."""
        try:
            changed = os.stat(self._folder).st_ctime_ns  # noqa: PTH116
        except OSError:
            return 0  # it has been removed
        if changed == self._empty_since:
            return 0
        now = time.time_ns()
        total, is_empty = _add_up(self._folder)
        self._empty_since = changed if is_empty and now - changed > _TICK else None
        return total


def _add_up(folder: str) -> tuple[int, bool]:
    """Return the size of all files below a folder, and whether nothing is in it."""
    total, count, folders = 0, 0, [folder]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    total += _file_size(entry)
    return total, not count


def _file_size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0  # it has been removed
