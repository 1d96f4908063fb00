"""Blobs on this machine by their digests, verified each time that they are used."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import hash_for, is_hash_of, require_digest
from biot_plugin_cli.registry.transfers.download import PART

__all__ = ["BlobCache", "trim", "user_cache"]

MAX_DAYS = 30
"""For how many days a file stays that nothing uses."""

_DAY = 24 * 60 * 60

_PIECE = 1024 * 1024


def user_cache() -> Path:
    """Return the folder for blobs below the user's cache folder."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "biot-plugin" / "blobs"


class BlobCache:
    """A folder of blobs, which any number of processes may use at once.

    Args:
        folder: The folder, which is made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, descriptor: Descriptor) -> Path | None:
        """Return the file of a blob; None if it is missing or damaged."""
        path = self._path(descriptor.digest)
        if not _is_whole(path, descriptor):
            return None
        with suppress(OSError):
            # It stays for as long as it is used.
            os.utime(path)
        return path

    def fetch(self, registry: Registry, repository: str, descriptor: Descriptor) -> Path:
        """Return the file of a blob, which is pulled unless it is there.

        The errors are those of `Registry.pull_blob`.
        """
        path = self.find(descriptor)
        if path is None:
            path = self._path(descriptor.digest)
            # It replaces a damaged one in one step, so that nobody finds a part of it.
            registry.pull_blob(repository, descriptor, path)
            trim(self._folder)
        return path

    def _path(self, digest: str) -> Path:
        algorithm, _, hexadecimal = require_digest(digest).partition(":")
        return self._folder / algorithm / hexadecimal


def trim(folder: Path) -> None:
    """Delete the files in a folder that nothing has used for long, and what killed processes have left of downloads.

    What is in use is younger, so that no process loses a file that it has been given.

    Args:
        folder: The folder; what cannot be deleted stays.
    """
    now = time.time()
    for path in folder.rglob("*"):
        days = 1 if path.suffix == PART else MAX_DAYS
        with suppress(OSError):
            if path.is_file() and now - path.stat().st_mtime > days * _DAY:
                path.unlink()


def _is_whole(path: Path, descriptor: Descriptor) -> bool:
    hashed = hash_for(descriptor.digest)
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != descriptor.size:
                return False
            while piece := file.read(_PIECE):
                hashed.update(piece)
    except OSError:
        return False
    return is_hash_of(descriptor.digest, hashed)
