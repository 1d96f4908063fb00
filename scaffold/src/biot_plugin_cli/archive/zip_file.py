"""Zip archives that depend on nothing but what is in them: not on the day, the folder, the user or the machine."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Entry", "append", "fresh"]

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# 9 takes three times as long, for half a percent.
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive.

    Attributes:
        name: Its path in it, with slashes.
        content: What it holds.
        executable: Whether it may be run.
    """

    name: str
    content: bytes
    executable: bool = False


def fresh(path: Path, entries: Iterable[Entry]) -> None:
    """Write an archive, its entries in the order of their names."""
    _write(path, "w", entries)


def append(path: Path, entries: Iterable[Entry]) -> None:
    """Add entries to an archive, in the order of their names and after those that it has."""
    _write(path, "a", entries)


def _write(path: Path, mode: str, entries: Iterable[Entry]) -> None:
    with zipfile.ZipFile(path, "a" if mode == "a" else "w") as archive:
        for entry in sorted(entries, key=lambda entry: entry.name):
            info = zipfile.ZipInfo(entry.name, _DATE)
            info.create_system = _UNIX
            info.external_attr = (stat.S_IFREG | (0o755 if entry.executable else 0o644)) << 16
            archive.writestr(info, entry.content, zipfile.ZIP_DEFLATED, _LEVEL)
