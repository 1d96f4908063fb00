"""Zip files whose bytes depend on their content alone, and not on the date, folder, user or machine."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zipfile import ZipInfo

__all__ = ["Entry", "append_entries", "write_zip"]

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# 9 takes three times as long, for half a percent.
_COMPRESSION_LEVEL = 6
_MODE, _EXECUTABLE_MODE = 0o644, 0o755


class Entry(NamedTuple):
    """A file in an archive.

    Attributes:
        name: Its path in the archive, with slashes.
        content: Its content.
        executable: Whether it is executable.
    """

    name: str
    content: bytes
    executable: bool = False


def write_zip(path: Path, entries: Iterable[Entry]) -> None:
    """Write an archive with entries sorted by name."""
    _write(path, "w", entries)


def append_entries(path: Path, entries: Iterable[Entry]) -> list[ZipInfo]:
    """Append entries, sorted by name, to an archive; return what it then has, in its order."""
    return _write(path, "a", entries)


def _write(path: Path, mode: str, entries: Iterable[Entry]) -> list[ZipInfo]:
    import zipfile

    with zipfile.ZipFile(path, "a" if mode == "a" else "w") as archive:
        for entry in sorted(entries, key=lambda entry: entry.name):
            info = zipfile.ZipInfo(entry.name, _DATE)
            info.create_system = _UNIX
            info.external_attr = (stat.S_IFREG | (_EXECUTABLE_MODE if entry.executable else _MODE)) << 16
            archive.writestr(info, entry.content, zipfile.ZIP_DEFLATED, _COMPRESSION_LEVEL)
        return archive.infolist()
