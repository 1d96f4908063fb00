"""The folder of the state, which one emulator at a time may use."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biot_emulator.state.private_files import open_private
from biot_emulator.state.unavailable_data import in_use, not_writable

__all__ = ["LOCK", "locked"]

LOCK = "lock"
"""The file that only a folder with a state has."""

_MODE = 0o700


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
        folder.mkdir(mode=_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(folder, error) from error
    lock = open_private(folder / LOCK)
    try:
        _lock(folder, lock)
        yield
    finally:
        os.close(lock)


def _lock(folder: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise in_use(folder, "another emulator") from None
    except OSError as error:
        raise not_writable(folder, error) from error
