"""A second copy of all records in one file, `copies.zip`, by which `verify` says what of a record was changed.

The hashes decide; the copy only explains.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from biot_plugin_cli.archive.zip_file import Entry, write_zip

__all__ = ["FILE_NAME", "has_copy", "make_copies", "read_copies"]

FILE_NAME = "copies.zip"
"""The name of the file."""

_SUFFIXES = (".json", ".html", ".toml", ".csv", ".xml")
_MAX_BYTES = 500_000_000


def has_copy(name: str) -> bool:
    """Whether a file is a text, of which there is a copy."""
    return name.endswith(_SUFFIXES)


def make_copies(files: Mapping[str, bytes]) -> bytes:
    """Pack the texts among files."""
    entries = [Entry(name, content) for name, content in files.items() if has_copy(name)]
    with TemporaryDirectory(prefix="biot-plugin-") as folder:
        path = Path(folder) / FILE_NAME
        write_zip(path, entries)
        return path.read_bytes()


def read_copies(path: Path) -> dict[str, bytes]:
    """Read the copies, by the names of their files; none where the file is missing or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_BYTES:
                return {}
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        return {}
