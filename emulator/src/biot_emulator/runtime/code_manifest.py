"""What the folder of extracted code must hold, by the zip that it came from: nothing changed, added or removed."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from biot_emulator.runtime.archive_entries import Entry, parse_entries

__all__ = ["CodeManifest", "remove_folder", "seal"]

_SEALED = 0o555
_CHUNK_BYTES = 256 * 1024
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class _File:
    permissions: int
    size: int
    hash: bytes


class CodeManifest:
    """The folders and files of some code, with permissions and hashes.

    Args:
        folders: The paths of its folders, below its root.
        files: Its files by path.
    """

    def __init__(self, folders: set[str], files: dict[str, _File]) -> None:
        self._folders = folders
        self._files = files

    @classmethod
    def of(cls, code: bytes) -> Self:
        """Read what a zip holds.

        Args:
            code: The zip, which has been extracted without an error.
        """
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            entries = parse_entries(archive.infolist())
            files = {str(entry.path): _file(archive, entry) for entry in entries if not entry.is_folder}
        folders = {str(folder) for entry in entries for folder in entry.path.parents}
        folders |= {str(entry.path) for entry in entries if entry.is_folder}
        return cls(folders - {"."}, files)

    def matches(self, folder: Path) -> bool:
        """Whether a folder holds exactly this: every file is read, as nothing else about it says what is in it."""
        try:
            return self._matches(folder)
        except OSError:
            return False

    def _matches(self, root: Path) -> bool:
        if not _is_sealed_folder(root.lstat()):
            return False
        seen = 0
        pending = [""]
        while pending:
            parent = pending.pop()
            with os.scandir(root / parent) as entries:
                for entry in entries:
                    path = f"{parent}{entry.name}"
                    if path in self._folders and _is_sealed_folder(entry.stat(follow_symlinks=False)):
                        pending.append(f"{path}/")
                    elif not ((file := self._files.get(path)) and _is_file(entry.path, file)):
                        return False
                    seen += 1
        return seen == len(self._folders) + len(self._files)


def seal(folder: Path) -> None:
    """Take the right to change extracted code from everybody."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            file = Path(parent, name)
            file.chmod(file.stat().st_mode & _SEALED)
        Path(parent).chmod(_SEALED)


def remove_folder(folder: Path) -> None:
    """Remove a folder that may be sealed, as far as it can be removed."""
    with suppress(OSError):
        for parent, _, _ in os.walk(folder):
            Path(parent).chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def _file(archive: zipfile.ZipFile, entry: Entry) -> _File:
    with archive.open(entry.info) as content:
        digest = hashlib.file_digest(content, "sha256").digest()  # type: ignore[arg-type]
    return _File(entry.permissions & _SEALED, entry.info.file_size, digest)


def _is_sealed_folder(status: os.stat_result) -> bool:
    return stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == _SEALED


def _is_file(path: str, expected: _File) -> bool:
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        attributes = (stat.S_IFMT(status.st_mode), stat.S_IMODE(status.st_mode), status.st_size, status.st_nlink)
        # A second name, somewhere else, would allow changes that nobody sees here.
        if attributes != (stat.S_IFREG, expected.permissions, expected.size, 1):
            return False
        return _hash(descriptor, expected.size) == expected.hash
    finally:
        os.close(descriptor)


def _hash(descriptor: int, size: int) -> bytes:
    # Thousands of small files: hashlib.file_digest() would allocate a large buffer for each.
    digest = hashlib.sha256()
    while chunk := os.read(descriptor, min(size + 1, _CHUNK_BYTES)):
        digest.update(chunk)
    return digest.digest()
