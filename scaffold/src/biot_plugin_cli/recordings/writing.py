"""Writes files of recordings: only their owner can read them, as they are personal data still."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.recordings.entry import Recording
from biot_plugin_cli.recordings.reading import SUFFIX

__all__ = ["append_recording", "require_writable", "write_recordings"]

_MODE = 0o600


def require_writable(file: Path, *, overwrite: bool) -> None:
    """Check that a file can be written before anything is asked of anybody.

    Raises:
        UsageError: Its name is none of such a file.
        OperationFailed: It exists, and must not be overwritten, or it is a folder or device.
    """
    if not file.name.endswith(SUFFIX) or file.name == SUFFIX:
        raise UsageError(f"{file} is no name for recordings, which replay reads: let it end in {SUFFIX}")
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise OperationFailed(f"{file} is no file: choose another name")
    if file.exists() and not overwrite:
        raise _exists(file)


def write_recordings(file: Path, recordings: Iterable[Recording], *, overwrite: bool = False) -> int:
    """Write a file of recordings in one step, and return how many there are; of those with the same id, the first.

    Args:
        file: The file.
        recordings: The recordings, in which what identifies people is replaced.
        overwrite: Whether an existing file is replaced.

    Raises:
        UsageError: The file's name is none of such a file.
        OperationFailed: It exists, or cannot be written; what is there is unchanged.
    """
    require_writable(file, overwrite=overwrite)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    ids: set[str] = set()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as stream:
            for recording in recordings:
                if recording.id not in ids:
                    ids.add(recording.id)
                    stream.write(_line(recording))
        _put(temporary, file, overwrite=overwrite)
    except OSError as error:
        raise _cannot_write(file, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return len(ids)


def append_recording(file: Path, recording: Recording) -> None:
    """Add a recording to a file, which is created if it is not there.

    Raises:
        OperationFailed: It cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(file, flags, _MODE), "ab") as stream:
            stream.write(_line(recording))
    except OSError as error:
        raise _cannot_write(file, error) from error


def _put(temporary: Path, file: Path, *, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(file)
    else:
        try:
            os.link(temporary, file)  # Unlike a rename, it fails where somebody has made the file meanwhile.
        except FileExistsError:
            raise _exists(file) from None


def _line(recording: Recording) -> bytes:
    document: Any = recording.document
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _exists(file: Path) -> OperationFailed:
    return OperationFailed(f"{file} already exists: choose another name, or pass --overwrite")


def _cannot_write(file: Path, error: OSError) -> OperationFailed:
    return OperationFailed(f"Cannot write {file} ({error.strerror}): choose another location")
