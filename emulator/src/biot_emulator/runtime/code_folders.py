"""The extracted code of plugins: one folder for each version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from biot_emulator.runtime.archive_entries import InvalidCode
from biot_emulator.runtime.code_archive import extract_code
from biot_emulator.runtime.code_manifest import CodeManifest, seal
from biot_emulator.runtime.version_folders import VersionFolders

__all__ = ["CodeFolders", "InvalidCode", "code_id"]


def code_id(code: bytes) -> str:
    """Return the id of a code version, a hash of its bytes."""
    return hashlib.sha256(code).hexdigest()[:32]


class CodeFolders(VersionFolders):
    """Extracts each version of code once, and again where it has been changed since. Safe for several threads."""

    def extract(self, code: bytes) -> Path:
        """Return the folder with this code, extracting it if necessary.

        Raises:
            InvalidCode: It is not a zip file, or not safe to extract.
        """
        return self.obtain(code_id(code), _Zip(code))

    def repair(self, id: str, load: Callable[[], bytes | None]) -> bool:
        """Extract code again whose folder is gone, or does not hold exactly what it should.

        Args:
            id: The version.
            load: Returns its zip; None if there is none.

        Returns:
            Whether the folder holds the code now.
        """
        if self.is_unchanged(id):
            return True
        code = load()
        if code is None or code_id(code) != id:
            return False
        self.extract(code)
        return True


class _Zip:
    """A version as it was uploaded."""

    def __init__(self, code: bytes) -> None:
        self._code = code

    def recall(self) -> None:
        """Nothing is known about a folder from before this process: another one may have changed it."""

    def write(self, folder: Path) -> None:
        folder.mkdir()
        extract_code(self._code, folder)

    def seal(self, folder: Path) -> CodeManifest:
        seal(folder)
        return CodeManifest.of(self._code)
