"""The extracted code of plugins: one folder for each version."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
from collections.abc import Container
from pathlib import Path

from biot_emulator.runtime.archive_entries import InvalidCode
from biot_emulator.runtime.code_archive import extract_code

__all__ = ["CodeFolders", "InvalidCode", "code_id"]

_PARTIAL = "new-"
# Whatever else is in the folder is not the emulator's to delete.
_NAME = re.compile(rf"[0-9a-f]{{32}}|{_PARTIAL}.*")


def code_id(code: bytes) -> str:
    """Return the id of a code version, a hash of its bytes."""
    return hashlib.sha256(code).hexdigest()[:32]


class CodeFolders:
    """Extracts each version of code once. Thread-safe.

    Args:
        root: The parent of the folders; None creates a temporary one, which `close` removes.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="biot-emulator-")
        self._root = (root or Path(self._temporary.name if self._temporary else "")).absolute()
        self._lock = threading.Lock()

    def extract(self, code: bytes) -> Path:
        """Return the folder with this code, extracting it if necessary.

        Raises:
            InvalidCode: It is not a zip file, or not safe to extract.
        """
        folder = self._root / code_id(code)
        with self._lock:
            if not folder.is_dir():
                self._root.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=self._root, prefix=_PARTIAL) as temporary:
                    extracted = Path(temporary) / "code"
                    extracted.mkdir()
                    extract_code(code, extracted)
                    # Atomically, so that an interrupted extraction leaves no partial folder.
                    extracted.rename(folder)
        return folder

    def find(self, id: str) -> Path | None:
        """Return the folder of a version; None if it has not been extracted."""
        folder = self._root / id
        return folder if folder.is_dir() else None

    def keep(self, ids: Container[str | None]) -> None:
        """Remove every folder, also partly extracted ones, except those of these versions."""
        with self._lock:
            for folder in self._root.glob("*"):
                if folder.name not in ids and _NAME.fullmatch(folder.name):
                    shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """Remove every version's folder."""
        self.keep(())

    def close(self) -> None:
        """Remove the folders if they are temporary."""
        if self._temporary:
            self._temporary.cleanup()
