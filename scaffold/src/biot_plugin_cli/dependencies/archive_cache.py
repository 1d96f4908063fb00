"""Keeps what a plugin needs as an archive that packages begin with, until it is damaged or not used for long."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.content_hash import Digest
from biot_plugin_cli.archive.zip_file import Entry, fresh
from biot_plugin_cli.dependencies.components import Component
from biot_plugin_cli.errors import OperationFailed

__all__ = ["Dependencies", "keep", "load", "write"]

_KEPT = 4
_ARCHIVE = "dependencies.zip"
_INDEX = "dependencies.json"


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The part of a package that is not the plugin's own.

    Attributes:
        archive: A zip of it; not to be changed.
        files: What is in it.
        owners: The name of the distribution that each file belongs to.
        components: The distributions, sorted by name.
        reused: Whether it was there already.
    """

    archive: Path
    files: tuple[Digest, ...]
    owners: dict[str, str]
    components: tuple[Component, ...]
    reused: bool


def write(folder: Path, entries: Sequence[Entry], owners: dict[str, str], components: Iterable[Component]) -> None:
    """Write what `load` reads; the arguments are those of `Dependencies`."""
    fresh(folder / _ARCHIVE, entries)
    index = {
        "sha256": _sha256(folder / _ARCHIVE),
        "files": [asdict(Digest.of(entry)) for entry in entries],
        "owners": owners,
        "components": [one.dump() for one in components],
    }
    (folder / _INDEX).write_text(json.dumps(index), encoding="utf-8")


def load(kept: Path) -> Dependencies | None:
    """Take what was built before; None where that is nothing, or was damaged since."""
    archive = kept / _ARCHIVE
    try:
        index: dict[str, Any] = json.loads((kept / _INDEX).read_text(encoding="utf-8"))
        if _sha256(archive) != index["sha256"]:
            return None
        files = tuple(Digest(**file) for file in index["files"])
        components = tuple(map(Component.load, index["components"]))
        return Dependencies(archive, files, index["owners"], components, reused=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(made: Path, kept: Path) -> Dependencies:
    """Move what `write` made to where it is kept, in one step.

    Raises:
        OperationFailed: It cannot be kept.
    """
    shutil.rmtree(kept, ignore_errors=True)
    try:
        made.rename(kept)
    except OSError as error:
        # Another process may have been quicker, with the same.
        if not kept.is_dir():
            raise OperationFailed(f"{kept} cannot be written ({error.strerror}): make it writable") from error
    found = load(kept)
    if found is None:
        raise OperationFailed(f"{kept} was damaged while it was made: run this again")
    for old in _by_age(kept.parent)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return replace(found, reused=False)


def _by_age(folder: Path) -> list[Path]:
    """List what is there, the newest first; something half done may be of a build that was killed, or that runs."""
    return sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
