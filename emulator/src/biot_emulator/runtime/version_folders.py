"""Folders with the code of plugins, one for each version: created once, and again where one has been changed since."""

from __future__ import annotations

import re
import stat
import tempfile
import threading
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from biot_emulator.runtime.code_manifest import remove_folder
from biot_emulator.runtime.holds import Holds

__all__ = ["Contents", "Version", "VersionFolders"]

_PARTIAL = "new-"
# Whatever else is in the folder is not the emulator's to delete.
_NAME = re.compile(rf"(?P<id>[0-9a-f]{{32}})|{_PARTIAL}((?P<partial>[0-9a-f]{{32}})-)?.*")


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
    """The folders. Safe for several threads, of which none waits for another that creates another folder.

    Args:
        root: The parent of the folders; None creates a temporary one, which `close` removes.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="biot-emulator-")
        self._root = (root or Path(self._temporary.name if self._temporary else "")).absolute()
        # That of a version is locked while its folder is created or removed.
        self._locks: dict[str, threading.Lock] = {}
        self._held = Holds[str]()
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
        with self.hold(id), self._lock_of(id):
            # What is not known holds nothing that is known: another process may have changed it.
            contents = self._contents.get(id) or version.recall()
            if contents is None or not contents.matches(folder):
                self._create(version, folder, id)
                contents = version.seal(folder)
            self._contents[id] = contents
        return folder

    def hold(self, id: str) -> AbstractContextManager[None]:
        """Have `keep` leave a version meanwhile, which nothing else may say is needed."""
        return self._held.hold(id)

    def is_held(self, id: str) -> bool:
        """Whether somebody has a version stay."""
        return id in self._held

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

    def keep(
        self, ids: Container[str | None], forget: Callable[[str], object] = bool, stored: Iterable[str] = ()
    ) -> None:
        """Remove every version, also partly created folders, except these, and those that are held.

        Args:
            ids: The versions.
            forget: Removes what is stored of a version elsewhere, before its folder can be created again.
            stored: Names of what is stored elsewhere: the folder of a version may be gone.
        """
        for name in {*stored, *(folder.name for folder in self._root.glob("*"))}:
            matched = _NAME.fullmatch(name)
            if matched is None or name in ids:
                continue
            with self._unless_used(matched["id"] or matched["partial"] or "") as is_unused:
                if is_unused:
                    # The folder last: by that, the next start finds what is left where this one is killed.
                    forget(name)
                    self._contents.pop(name, None)
                    remove_folder(self._root / name)

    def clear(self) -> None:
        """Remove every version's folder."""
        self.keep(())

    def close(self) -> None:
        """Remove the folders if they are temporary."""
        if self._temporary:
            self._temporary.cleanup()

    def _lock_of(self, id: str) -> threading.Lock:
        return self._locks.setdefault(id, threading.Lock())

    @contextmanager
    def _unless_used(self, id: str) -> Iterator[bool]:
        """Have a version to oneself; False if somebody holds it, whom nobody waits for here."""
        lock = self._lock_of(id)
        if not lock.acquire(blocking=False):
            yield False
            return
        try:
            # Whoever holds it from now on waits for the lock before it is created again.
            yield id not in self._held
        finally:
            lock.release()

    def _create(self, version: Version, folder: Path, id: str) -> None:
        self._root.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        prefix = f"{_PARTIAL}{id}-"
        with tempfile.TemporaryDirectory(dir=self._root, prefix=prefix, ignore_cleanup_errors=True) as temporary:
            created = Path(temporary) / "code"
            version.write(created)
            if folder.is_dir() and not folder.is_symlink():
                # A folder that cannot be written cannot be moved either.
                folder.chmod(stat.S_IRWXU)
            with suppress(FileNotFoundError):
                folder.rename(Path(temporary) / "changed")
            # Atomically, so that an interrupted creation leaves no partial folder.
            created.rename(folder)
