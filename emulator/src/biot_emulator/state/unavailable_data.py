"""What keeps the state from being read or stored: its folder, its files, or what is in them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from biot_emulator.errors import EmulatorError

__all__ = ["DataUnavailable", "damaged", "database_error", "in_use", "not_writable"]

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
# The lowest byte of an extended code is the code that it extends.
_CODE = 0xFF


class DataUnavailable(EmulatorError):
    """The state cannot be read or stored."""


def damaged(folder: Path | None, reason: object) -> DataUnavailable:
    """Return the error for a state that cannot be read.

    Args:
        folder: Its folder; None where it is in memory.
        reason: What is wrong with it.
    """
    return DataUnavailable(
        f"The state in {folder or 'memory'} is damaged ({reason}): "
        "put back a copy of the folder, or choose another one with --data"
    )


def in_use(folder: Path | None, by: str) -> DataUnavailable:
    """Return the error for a state that another program uses; the other argument says which."""
    return DataUnavailable(f"{folder or 'The memory'} is in use by {by}: stop it, or choose another --data")


def not_writable(folder: Path | None, error: Exception) -> DataUnavailable:
    """Return the error for a folder that the state cannot be stored in."""
    reason = getattr(error, "strerror", None) or error
    advice = "choose a writable folder with --data"
    if getattr(error, "sqlite_errorcode", 0) & _CODE == sqlite3.SQLITE_FULL:
        advice = "free some space, or choose another folder with --data"
    return DataUnavailable(f"Cannot store the state in {folder or 'memory'} ({reason}): {advice}")


def database_error(folder: Path | None, error: sqlite3.Error) -> DataUnavailable:
    """Return the error for whatever the database raises; the folder is None where it is in memory."""
    code = getattr(error, "sqlite_errorcode", 0) & _CODE
    # Python's own errors, which have no code, are about texts that are not UTF-8.
    if code in _DAMAGED or not code:
        return damaged(folder, error)
    if code in _IN_USE:
        return in_use(folder, "another program")
    return not_writable(folder, error)
