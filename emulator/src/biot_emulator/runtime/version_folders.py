"""Folders with the code of plugins, one for each version: created once, and again where one has been changed since."""

from __future__ import annotations

import re
import stat
import tempfile
import threading
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from biot_emulator.runtime.code_manifest import remove_folder

__all__ = ["Contents", "Version", "VersionFolders"]

_PARTIAL = "new-"
# Whatever else is in the folder is not the emulator's to delete.
_NAME = re.compile(rf"[0-9a-f]{{32}}|{_PARTIAL}.*")


class Contents(Protocol):
    """What a folder must hold."""

    def matches(self, folder: Path) -> bool:
        """Whether a folder holds exactly this."""
        ...


class Version(Protocol):
    """A version of some code, from which its folder can be made."""

    def recall(self) -> Contents | None:
        """Return what its folder must hold, if that is known from before this process."""
        ...

    def write(self, folder: Path) -> None:
        """Create its folder."""
        ...

    def seal(self, folder: Path) -> Contents:
        """Take the right to change the folder from everybody, at its place; return what it must hold from now on."""
        ...


class VersionFolders:
    """The folders. Safe for several threads.

    Args:
        root: The parent of the folders; None creates a temporary one, which `close` removes.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="biot-emulator-")
        self._root = (root or Path(self._temporary.name if self._temporary else "")).absolute()
        self._lock = threading.Lock()
        self._contents: dict[str, Contents] = {}

    @property
    def root(self) -> Path:
        """The parent of the folders."""
        return self._root

    def obtain(self, id: str, version: Version) -> Path:
        """Return the folder of a version, created if it is not there, or not as it should be.

        Args:
            id: Its name.
            version: What it is made from.
        """
        folder = self._root / id
        with self._lock:
            # What is not known holds nothing that is known: another process may have changed it.
            contents = self._contents.get(id) or version.recall()
            if contents is None or not contents.matches(folder):
                self._create(version, folder)
                contents = version.seal(folder)
            self._contents[id] = contents
        return folder

    def is_unchanged(self, id: str) -> bool:
        """Whether the folder of a version is known to hold what it should."""
        contents = self._contents.get(id)
        return contents is not None and contents.matches(self._root / id)

    def find(self, id: str) -> Path | None:
        """Return the folder of a version; None if there is none."""
        folder = self._root / id
        return folder if folder.is_dir() else None

    def ids_of(self, paths: Iterable[Path]) -> set[str]:
        """Return the versions whose folders some paths are, or are in."""
        inside = [path for path in paths if self._root in path.parents]
        return {path.relative_to(self._root).parts[0] for path in inside}

    def keep(self, ids: Container[str | None]) -> list[str]:
        """Remove every folder, also partly created ones, except those of these versions; return what was removed."""
        removed = []
        with self._lock:
            for folder in self._root.glob("*"):
                if folder.name not in ids and _NAME.fullmatch(folder.name):
                    remove_folder(folder)
                    self._contents.pop(folder.name, None)
                    removed.append(folder.name)
        return removed

    def clear(self) -> None:
        """Remove every version's folder."""
        self.keep(())

    def close(self) -> None:
        """Remove the folders if they are temporary."""
        if self._temporary:
            self._temporary.cleanup()

    def _create(self, version: Version, folder: Path) -> None:
        self._root.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root, prefix=_PARTIAL, ignore_cleanup_errors=True) as temporary:
            created = Path(temporary) / "code"
            version.write(created)
            if folder.is_dir() and not folder.is_symlink():
                # A folder that cannot be written cannot be moved either.
                folder.chmod(stat.S_IRWXU)
            with suppress(FileNotFoundError):
                folder.rename(Path(temporary) / "changed")
            # Atomically, so that an interrupted creation leaves no partial folder.
            created.rename(folder)
