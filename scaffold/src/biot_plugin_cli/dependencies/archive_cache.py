"""The cache of dependency archives: how many are retained, and how a damaged one is detected."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.content_hash import Digest
from biot_plugin_cli.archive.zip_file import Entry, write_zip
from biot_plugin_cli.dependencies.components import Component
from biot_plugin_cli.errors import OperationFailed

__all__ = ["Dependencies", "load", "store", "write"]

_MAX_ARCHIVES = 4
_ARCHIVE = "dependencies.zip"
_INDEX = "dependencies.json"


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The dependencies of a plugin, as an archive.

    Attributes:
        archive: The zip file; it must not be changed.
        files: The files in it.
        owners: The name of the distribution that each file belongs to.
        components: The distributions, sorted by name.
        reused: Whether it came from the cache.
    """

    archive: Path
    files: tuple[Digest, ...]
    owners: dict[str, str]
    components: tuple[Component, ...]
    reused: bool


def write(folder: Path, entries: Sequence[Entry], owners: dict[str, str], components: Iterable[Component]) -> None:
    """Write the files that `load` reads; the arguments are those of `Dependencies`."""
    write_zip(folder / _ARCHIVE, entries)
    index = {
        "sha256": _sha256(folder / _ARCHIVE),
        "files": [asdict(Digest.of(entry)) for entry in entries],
        "owners": owners,
        "components": [component.dump() for component in components],
    }
    (folder / _INDEX).write_text(json.dumps(index), encoding="utf-8")


def load(folder: Path) -> Dependencies | None:
    """Load an archive; None if it is missing or damaged."""
    archive = folder / _ARCHIVE
    try:
        index: dict[str, Any] = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
        if _sha256(archive) != index["sha256"]:
            return None
        files = tuple(Digest(**file) for file in index["files"])
        components = tuple(map(Component.load, index["components"]))
        return Dependencies(archive, files, index["owners"], components, reused=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(temporary: Path, destination: Path) -> Dependencies:
    """Move an archive into the cache in one step, and delete the oldest ones.

    Args:
        temporary: The folder that `write` wrote to, on the same file system.
        destination: Its folder in the cache.

    Raises:
        OperationFailed: The cache cannot be written.
    """
    shutil.rmtree(destination, ignore_errors=True)
    try:
        temporary.rename(destination)
    except OSError as error:
        # Another process may have stored the same archive first.
        if not destination.is_dir():
            raise OperationFailed(f"Cannot write {destination} ({error.strerror}): make it writable") from error
    stored = load(destination)
    if stored is None:
        raise OperationFailed(f"{destination} was damaged while it was written: try again")
    for expired in _newest_first(destination.parent)[_MAX_ARCHIVES:]:
        shutil.rmtree(expired, ignore_errors=True)
    return replace(stored, reused=False)


def _newest_first(folder: Path) -> list[Path]:
    """List the folders in the cache; incomplete ones belong to builds that are running or were killed."""
    return sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
