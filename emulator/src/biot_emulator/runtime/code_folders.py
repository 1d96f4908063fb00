"""The extracted code of plugins: one folder for each version."""

from __future__ import annotations

import hashlib
import re
import stat
import tempfile
import threading
from collections.abc import Callable, Container
from contextlib import suppress
from pathlib import Path

from biot_emulator.runtime.archive_entries import InvalidCode
from biot_emulator.runtime.code_archive import extract_code
from biot_emulator.runtime.code_manifest import CodeManifest, remove_folder, seal

__all__ = ["CodeFolders", "InvalidCode", "code_id"]

_PARTIAL = "new-"
# Whatever else is in the folder is not the emulator's to delete.
_NAME = re.compile(rf"[0-9a-f]{{32}}|{_PARTIAL}.*")


def code_id(code: bytes) -> str:
    """Return the id of a code version, a hash of its bytes."""
    return hashlib.sha256(code).hexdigest()[:32]


class CodeFolders:
    """Extracts each version of code once, and again where it has been changed since. Thread-safe.

    Args:
        root: The parent of the folders; None creates a temporary one, which `close` removes.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="biot-emulator-")
        self._root = (root or Path(self._temporary.name if self._temporary else "")).absolute()
        self._lock = threading.Lock()
        self._manifests: dict[str, CodeManifest] = {}

    @property
    def root(self) -> Path:
        """The parent of the folders."""
        return self._root

    def extract(self, code: bytes) -> Path:
        """Return the folder with this code, extracting it if necessary.

        Raises:
            InvalidCode: It is not a zip file, or not safe to extract.
        """
        id = code_id(code)
        folder = self._root / id
        with self._lock:
            # Nothing is known about a folder from before this process: another one may have changed it.
            manifest = self._manifests.get(id)
            if manifest is None or not manifest.matches(folder):
                self._extract(code, folder)
                self._manifests[id] = manifest or CodeManifest.of(code)
        return folder

    def repair(self, id: str, load: Callable[[], bytes | None]) -> bool:
        """Extract code again whose folder is gone, or does not hold exactly what it should.

        Args:
            id: The version.
            load: Returns its zip; None if there is none.

        Returns:
            Whether the folder holds the code now.
        """
        manifest = self._manifests.get(id)
        if manifest and manifest.matches(self._root / id):
            return True
        code = load()
        if code is None or code_id(code) != id:
            return False
        self.extract(code)
        return True

    def find(self, id: str) -> Path | None:
        """Return the folder of a version; None if it has not been extracted."""
        folder = self._root / id
        return folder if folder.is_dir() else None

    def keep(self, ids: Container[str | None]) -> None:
        """Remove every folder, also partly extracted ones, except those of these versions."""
        with self._lock:
            for folder in self._root.glob("*"):
                if folder.name not in ids and _NAME.fullmatch(folder.name):
                    remove_folder(folder)
                    self._manifests.pop(folder.name, None)

    def clear(self) -> None:
        """Remove every version's folder."""
        self.keep(())

    def close(self) -> None:
        """Remove the folders if they are temporary."""
        if self._temporary:
            self._temporary.cleanup()

    def _extract(self, code: bytes, folder: Path) -> None:
        self._root.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root, prefix=_PARTIAL, ignore_cleanup_errors=True) as temporary:
            extracted = Path(temporary) / "code"
            extracted.mkdir()
            extract_code(code, extracted)
            if folder.is_dir() and not folder.is_symlink():
                # A folder that cannot be written cannot be moved either.
                folder.chmod(stat.S_IRWXU)
            with suppress(FileNotFoundError):
                folder.rename(Path(temporary) / "changed")
            # Atomically, so that an interrupted extraction leaves no partial folder.
            extracted.rename(folder)
        seal(folder)
