"""The files of the state, which nobody else may read, and which must be what they seem to be.

A folder may come from anywhere. What is a link in it would have another file read, changed or emptied, and a named pipe
would have the emulator wait for good.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from biot_emulator.state.unavailable_data import DataUnavailable, not_writable

__all__ = ["open_private", "require_file", "require_folder"]

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MODE = 0o600
_OF_OTHERS = 0o077
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


def open_private(path: Path) -> int:
    """Open a file for reading and writing, as it is; a missing one is created, and others lose their access to it.

    Returns:
        Its descriptor.

    Raises:
        DataUnavailable: It cannot be opened, or is something else than a file.
    """
    require_file(path)
    try:
        descriptor = os.open(path, _FLAGS, _MODE)
    except OSError as error:
        require_file(path)  # it may have become something else
        raise not_writable(path.parent, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _other_kind(path, mode, "file")
    if mode & _OF_OTHERS:
        with suppress(OSError):  # another user's file
            os.fchmod(descriptor, _MODE)
    return descriptor


def require_file(path: Path) -> None:
    """Check that a path is a file, or nothing yet. Raises DataUnavailable."""
    _require(path, stat.S_IFREG, "file")


def require_folder(path: Path) -> None:
    """Check that a path is a folder, or nothing yet. Raises DataUnavailable."""
    _require(path, stat.S_IFDIR, "folder")


def _require(path: Path, kind: int, name: str) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise not_writable(path.parent, error) from error
    if stat.S_IFMT(mode) != kind:
        raise _other_kind(path, mode, name)


def _other_kind(path: Path, mode: int, name: str) -> DataUnavailable:
    kind = _KINDS.get(stat.S_IFMT(mode), "a device")
    return DataUnavailable(f"{path} is {kind} instead of a {name} of the emulator: remove it, or choose another --data")
