"""Layers whose bytes depend on their content alone: tar archives, compressed with gzip as they are written.

Members are sorted by name, each folder precedes what is in it, and nothing tells who made them, where and when. Neither
a layer nor any file in it is ever in memory as a whole, unless the caller has it there.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from biot_plugin_cli.archive.content_hash import Digest
from biot_plugin_cli.archive.entry_paths import name_of
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import OperationFailed

__all__ = ["AddedLayer", "Compressor", "FolderEntry", "Layer", "folder_entries", "write_layer"]

# As for zip files: 9 takes three times as long, for half a percent.
_COMPRESSION_LEVEL = 6
_GZIP = 16 + zlib.MAX_WBITS
_BUFFER = 1024 * 1024
_MODE, _EXECUTABLE_MODE = 0o644, 0o755


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer on this machine.

    Attributes:
        path: The file, compressed with gzip.
        digest: The digest of the file, `sha256:` and hexadecimal digits.
        size: The size of the file in bytes.
        diff_id: The digest of the uncompressed tar archive.
        unpacked_size: The size of the files in it, in bytes.
        files: The files in it; of paths relative to the folder that they are in.
    """

    path: Path
    digest: str
    size: int
    diff_id: str
    unpacked_size: int
    files: tuple[Digest, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedLayer:
    """A layer that is added to a base.

    Attributes:
        layer: The layer.
        purpose: What it adds, for the history.
    """

    layer: Layer
    purpose: str


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A file of a folder, to be read when it is written.

    Attributes:
        name: Its path in the archive, with slashes.
        path: The file.
        size: Its size in bytes.
        executable: Whether it is executable.
    """

    name: str
    path: Path
    size: int
    executable: bool


class Compressor:
    """A file that compresses with gzip what is written to it, and computes both digests and sizes.

    Python's own `gzip` differs from other versions of itself in the header.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._stream = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, _GZIP)
        self._plain, self._compressed = hashlib.sha256(), hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        """Compress a part of the content."""
        self._plain.update(content)
        self._put(self._stream.compress(content))
        return len(content)

    def close(self) -> None:
        """Write what is left."""
        self._put(self._stream.flush())

    @property
    def digest(self) -> str:
        """The digest of the compressed content."""
        return f"sha256:{self._compressed.hexdigest()}"

    @property
    def diff_id(self) -> str:
        """The digest of the uncompressed content."""
        return f"sha256:{self._plain.hexdigest()}"

    def _put(self, content: bytes) -> None:
        self._compressed.update(content)
        self.size += len(content)
        self._file.write(content)


def folder_entries(folder: Path) -> list[FolderEntry]:
    """List the files in a folder and its subfolders."""
    files = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return [
        FolderEntry(name_of(folder, path), path, status.st_size, bool(status.st_mode & 0o100)) for path, status in files
    ]


def write_layer(path: Path, place: str, entries: Iterable[Entry | FolderEntry], *, mtime: int = 0) -> Layer:
    """Write a layer.

    Args:
        path: The file to write.
        place: The absolute path of the folder in the image that the entries are in, such as `/var/task`.
        entries: The files.
        mtime: The time that all members have, in seconds since 1970.

    Raises:
        OperationFailed: The file cannot be written, or an entry cannot be read.
    """
    members = _members(place.strip("/"), entries)
    digests: list[Digest] = []
    try:
        with (
            path.open("wb") as file,
            closing(Compressor(file)) as compressor,
            tarfile.open(
                fileobj=cast(Any, compressor), mode="w|", format=tarfile.PAX_FORMAT, bufsize=_BUFFER
            ) as archive,
        ):
            for name, entry in members:
                if entry is None:
                    archive.addfile(_folder(name, mtime))
                else:
                    digests.append(_add(archive, name, entry, mtime))
    except OSError as error:
        raise OperationFailed(f"Cannot write {path} ({error.strerror}): make room, or make it writable") from error
    size = sum(_size(entry) for _, entry in members if entry)
    return Layer(path, compressor.digest, compressor.size, compressor.diff_id, size, tuple(digests))


def _members(place: str, entries: Iterable[Entry | FolderEntry]) -> list[tuple[str, Entry | FolderEntry | None]]:
    """List files and folders, the latter with None, by their paths in the archive."""
    files = {f"{place}/{entry.name}": entry for entry in entries}
    folders: dict[str, Entry | FolderEntry | None] = {
        str(parent): None for name in (f"{place}/.", *files) for parent in PurePosixPath(name).parents if parent.name
    }
    # A folder is the beginning of what is in it, so that it comes before that.
    return sorted({**folders, **files}.items(), key=lambda member: member[0].encode("utf-8", "surrogateescape"))


def _folder(name: str, mtime: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = tarfile.DIRTYPE, _EXECUTABLE_MODE, mtime
    return member


def _add(archive: tarfile.TarFile, name: str, entry: Entry | FolderEntry, mtime: int) -> Digest:
    """Add a file, and hash it meanwhile."""
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = _EXECUTABLE_MODE if entry.executable else _MODE, mtime
    member.size = _size(entry)
    with io.BytesIO(entry.content) if isinstance(entry, Entry) else entry.path.open("rb") as content:
        hashed = _HashedReader(content)
        archive.addfile(member, hashed)  # type: ignore[arg-type,unused-ignore]
    return Digest(entry.name, hashed.sha256.hexdigest(), entry.executable)


def _size(entry: Entry | FolderEntry) -> int:
    return len(entry.content) if isinstance(entry, Entry) else entry.size


class _HashedReader:
    """Hashes what is read of a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.sha256.update(content)
        return content
