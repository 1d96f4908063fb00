"""Whether an unpacked image is as it was when it was unpacked, without reading what is in its files.

Whatever changes a file, its permissions, its names or a folder's entries changes the time of its last change, which,
unlike the time that programs can set, the system alone decides. So an entry of a tree that has the same number and
this time is the same; one that has not is another, whatever is in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self, TypeAlias

__all__ = ["TreeStamps"]

_Stamp: TypeAlias = "tuple[int, int, int, int, int]"


class TreeStamps:
    """The entries of a tree.

    Args:
        stamps: What the system says of each, by its path.
    """

    def __init__(self, stamps: Mapping[str, _Stamp]) -> None:
        self.stamps = stamps

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Take the stamps of a tree that is complete, and is changed no more."""
        return cls(dict(_walk(str(folder))))

    def matches(self, folder: Path) -> bool:
        """Whether a tree is the same still: nothing changed, added or removed."""
        try:
            count = 0
            for path, stamp in _walk(str(folder)):
                if self.stamps.get(path) != stamp:
                    return False
                count += 1
        except OSError:
            return False
        return count == len(self.stamps)


def _walk(root: str) -> Iterator[tuple[str, _Stamp]]:
    yield "", _stamp(os.lstat(root))
    pending = [""]
    while pending:
        parent = pending.pop()
        with os.scandir(f"{root}/{parent}") as entries:
            for entry in entries:
                path = f"{parent}{entry.name}"
                yield path, _stamp(entry.stat(follow_symlinks=False))
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{path}/")


def _stamp(status: os.stat_result) -> _Stamp:
    return status.st_mode, status.st_size, status.st_ino, status.st_ctime_ns, status.st_nlink
