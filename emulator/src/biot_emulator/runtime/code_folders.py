"""The extracted code of plugins: one folder for each version."""

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
from biot_emulator.lambda_function.limits import MAX_UNZIPPED_BYTES

__all__ = ["CodeFolders", "InvalidCode", "code_id"]


class InvalidCode(EmulatorError):
    """The uploaded code is not a valid zip file."""


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
                with tempfile.TemporaryDirectory(dir=self._root, prefix="new-") as temporary:
                    extracted = Path(temporary) / "code"
                    extracted.mkdir()
                    _extract(code, extracted)
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
                if folder.name not in ids:
                    shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """Remove every version's folder."""
        self.keep(())

    def close(self) -> None:
        """Remove the folders if they are temporary."""
        if self._temporary:
            self._temporary.cleanup()


def _extract(code: bytes, target: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MAX_UNZIPPED_BYTES:
                raise InvalidCode("The code is larger than 250 MB unzipped: leave out what the plugin does not need")
            for entry in entries:
                _check_entry(entry)
            for entry in entries:
                path = Path(archive.extract(entry, target))
                if (mode := stat.S_IMODE(entry.external_attr >> 16)) and path.is_file():
                    path.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        # Without the path: it reveals this machine's folders.
        raise InvalidCode(f"The code cannot be extracted: {error.strerror}") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise InvalidCode(f"The code is not a valid zip file: {error}") from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in entry.filename:
        raise InvalidCode(f"The code has the entry [{entry.filename}], which lies outside of the plugin's folder")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InvalidCode(f"The code has the symbolic link [{entry.filename}]: put the file itself into the zip")
