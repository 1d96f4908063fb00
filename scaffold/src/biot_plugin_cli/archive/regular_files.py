"""Reading of files that may be anything: a pipe that never ends, a device, larger than all memory, or changing."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["describe_kind", "hash_file", "read_file"]

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def describe_kind(mode: int) -> str | None:
    """Return what a file is if it is not a regular one, such as `a socket`.

    Args:
        mode: Its mode, as in `os.stat_result.st_mode`.
    """
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "not a regular file")


def read_file(file: Path) -> tuple[bytes, bool]:
    """Read a regular file.

    Returns:
        Its content, and whether it is executable.

    Raises:
        OperationFailed: It is not a regular file, cannot be read, or changes meanwhile.
    """
    try:
        before = _stat_regular(file)
        # Opening a pipe would wait for a writer, if the file has become one since.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            content = opened.read(before.st_size + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
            after = os.fstat(descriptor)
    except FileNotFoundError as error:
        raise _changed(file) from error
    except OSError as error:
        raise OperationFailed(f"Cannot read {file} ({error.strerror}): make it readable, or remove it") from error
    if len(content) != before.st_size or _fingerprint(before) != _fingerprint(after):
        raise _changed(file)
    return content, bool(after.st_mode & 0o100)


def hash_file(file: Path) -> str:
    """Return the SHA-256 of a regular file, in hexadecimal.

    Raises:
        OperationFailed: It is not a regular file, or cannot be read.
    """
    try:
        _stat_regular(file)
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise OperationFailed(f"Cannot read {file} ({error.strerror}): make it readable, or remove it") from error


def _stat_regular(file: Path) -> os.stat_result:
    status = file.stat()
    if kind := describe_kind(status.st_mode):
        raise OperationFailed(f"{file} is {kind}, which cannot be packaged: remove it")
    return status


def _fingerprint(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _changed(file: Path) -> OperationFailed:
    return OperationFailed(f"{file} was changed while it was packaged: try again")
