"""The cache of dependency archives: how many are retained, and how a damaged one is detected.

Several processes may use it at once. Each archive has a lock: it is copied while that is shared, and written or deleted
while it is not.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from biot_plugin_cli.archive.content_hash import Digest
from biot_plugin_cli.archive.file_locks import try_hold
from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.archive.zip_file import Entry, write_zip
from biot_plugin_cli.dependencies.components import Component
from biot_plugin_cli.errors import OperationFailed

__all__ = ["Dependencies", "delete_oldest", "load", "lock_file", "store", "write"]

_MAX_ARCHIVES = 4
_ARCHIVE = "dependencies.zip"
_INDEX = "dependencies.json"


class Dependencies(NamedTuple):
    """The dependencies of a plugin, as an archive.

    Attributes:
        archive: The zip file, a copy for the caller.
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
        "sha256": hash_file(folder / _ARCHIVE),
        "files": [Digest.of(entry)._asdict() for entry in entries],
        "owners": owners,
        "components": [component.dump() for component in components],
    }
    (folder / _INDEX).write_text(json.dumps(index), encoding="utf-8")


def lock_file(folder: Path) -> Path:
    """Return the file of an archive's lock."""
    return folder.with_suffix(".lock")


def load(folder: Path, copy: Path) -> Dependencies | None:
    """Load an archive, whose lock is held; None if it is missing or damaged.

    Args:
        folder: Its folder in the cache.
        copy: Where to copy the zip file.
    """
    try:
        index: dict[str, Any] = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
        shutil.copyfile(folder / _ARCHIVE, copy)
        if hash_file(copy) != index["sha256"]:
            return None
        files = tuple(Digest(**file) for file in index["files"])
        components = tuple(map(Component.load, index["components"]))
        # Those that were not used for longest are deleted first.
        os.utime(folder)
        return Dependencies(copy, files, index["owners"], components, reused=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(temporary: Path, destination: Path, copy: Path) -> Dependencies:
    """Move an archive, whose lock is held, into the cache in one step.

    Args:
        temporary: The folder that `write` wrote to, on the same file system.
        destination: Its folder in the cache.
        copy: Where to copy the zip file.

    Raises:
        OperationFailed: The cache cannot be written.
    """
    shutil.rmtree(destination, ignore_errors=True)
    try:
        temporary.rename(destination)
    except OSError as error:
        raise OperationFailed(f"Cannot write {destination} ({error.strerror}): make it writable") from error
    stored = load(destination, copy)
    if stored is None:
        raise OperationFailed(f"{destination} was damaged while it was written: try again")
    return stored._replace(reused=False)


def delete_oldest(cache: Path) -> None:
    """Delete all archives but the last ones that were used, and those that another process uses."""
    for expired in _newest_first(cache)[_MAX_ARCHIVES:]:
        with try_hold(lock_file(expired)) as is_free:
            if is_free:
                shutil.rmtree(expired, ignore_errors=True)
                lock_file(expired).unlink(missing_ok=True)


def _newest_first(cache: Path) -> list[Path]:
    used: dict[Path, float] = {}
    for folder in cache.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if folder.is_dir():
                used[folder] = folder.stat().st_mtime
    return sorted(used, key=lambda folder: used[folder], reverse=True)
