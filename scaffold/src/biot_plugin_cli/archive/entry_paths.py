"""The paths of files in an archive, which are UTF-8, and on this system, whose encoding may be another one."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["locate", "name_of"]


def locate(folder: Path, name: str) -> Path:
    """Return the path on this system of a file in a folder.

    Args:
        folder: The folder.
        name: The path of the file in an archive of the folder.
    """
    return folder / os.fsdecode(name.encode("utf-8", "surrogateescape"))


def name_of(folder: Path, file: Path) -> str:
    """Return the path of a file in an archive of a folder; the reverse of `locate`."""
    return os.fsencode(file.relative_to(folder).as_posix()).decode("utf-8", "surrogateescape")
