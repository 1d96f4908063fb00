"""The code of plugins on disk: each version of it once, in a folder of its own."""

from __future__ import annotations

import hashlib
import io
import shutil
import stat
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Container
from pathlib import Path, PurePosixPath

from biot_emulator.errors import EmulatorError

__all__ = ["CodeFolders", "InvalidCode", "code_id"]

_MAX_UNZIPPED_BYTES = 250 * 1024 * 1024


class InvalidCode(EmulatorError):
    """What was sent as a plugin's code cannot be its code."""


def code_id(code: bytes) -> str:
    """Name a version of some code: the same bytes have the same name."""
    return hashlib.sha256(code).hexdigest()[:32]


class CodeFolders:
    """Extracts code where it has not been extracted yet. Safe for several threads.

    Args:
        root: Where the folders are kept; None makes a temporary folder, which `close` removes.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="biot-emulator-")
        self._root = (root or Path(self._temporary.name if self._temporary else "")).absolute()
        self._lock = threading.Lock()

    def extract(self, code: bytes) -> Path:
        """Give the folder that holds this code.

        Raises:
            InvalidCode: It is no zip file, or one that must not be extracted.
        """
        folder = self._root / code_id(code)
        with self._lock:
            if not folder.is_dir():
                self._root.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=self._root, prefix="new-") as scratch:
                    made = Path(scratch) / "code"
                    made.mkdir()
                    _extract(code, made)
                    # In one step, so that an interrupted extraction leaves no half of it.
                    made.rename(folder)
        return folder

    def find(self, id: str) -> Path | None:
        """Give the folder of a version that was extracted already."""
        folder = self._root / id
        return folder if folder.is_dir() else None

    def keep(self, ids: Container[str | None]) -> None:
        """Remove every folder but those of these versions, half extracted ones too."""
        with self._lock:
            for folder in self._root.glob("*"):
                if folder.name not in ids:
                    shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """Remove every version's folder."""
        self.keep(())

    def close(self) -> None:
        """Remove the folders, if they were temporary."""
        if self._temporary:
            self._temporary.cleanup()


def _extract(code: bytes, target: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > _MAX_UNZIPPED_BYTES:
                raise InvalidCode("The code is larger than 250 MB unzipped: leave out what the plugin does not need")
            for entry in entries:
                _check(entry)
            for entry in entries:
                path = Path(archive.extract(entry, target))
                if (mode := stat.S_IMODE(entry.external_attr >> 16)) and path.is_file():
                    path.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        # Not where: the folder is this machine's own.
        raise InvalidCode(f"The code cannot be extracted: {error.strerror}") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise InvalidCode(f"The code is no zip file that can be extracted: {error}") from error


def _check(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in entry.filename:
        raise InvalidCode(f"The code has the entry [{entry.filename}], which lies outside of the plugin's folder")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InvalidCode(f"The code has the symbolic link [{entry.filename}]: put the file itself into the zip")
