"""The folder of the state, which one emulator at a time may use."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biot_emulator.errors import EmulatorError

__all__ = ["DataUnavailable", "locked", "not_writable"]


class DataUnavailable(EmulatorError):
    """The folder of the state cannot be used."""


def not_writable(folder: Path | None, error: Exception) -> DataUnavailable:
    """Return the error for a folder that the state cannot be stored in."""
    reason = getattr(error, "strerror", None) or error
    return DataUnavailable(f"Cannot store the state in {folder} ({reason}): choose a writable folder with --data")


@contextmanager
def locked(folder: Path | None) -> Iterator[None]:
    """Lock the folder against other emulators, which would not see what this one has in memory.

    Args:
        folder: The folder, which is created if need be; None where the state is in memory.

    Raises:
        DataUnavailable: The folder cannot be written, or another emulator uses it.
    """
    if folder is None:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w", encoding="utf-8")
    except OSError as error:
        raise not_writable(folder, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = f"{folder} is in use by another emulator: stop it, or choose another --data"
            raise DataUnavailable(message) from None
        yield
