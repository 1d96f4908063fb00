"""The content of files on the disk: one file for each segment, which is there whole or not at all.

A file that was sent at once has one segment, and one that was sent in parts has one for each part: nothing is copied to
put them together. A segment's name has its number, its MD5 digest, as in its ETag, and its size.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from biot_emulator.services.files.errors import DiskFull, FileIdNotFound
from biot_emulator.state.private_files import require_folder
from biot_emulator.state.unavailable_data import not_writable

__all__ = ["SEGMENT_NAME", "IncomingSegment", "Segment", "SegmentFolders"]

SEGMENT_NAME = re.compile(r"(0|[1-9][0-9]{0,4})\.([0-9a-f]{32})\.(0|[1-9][0-9]{0,15})")
"""The names that segments have."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PARTIAL = "partial"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
#: What stays free on the disk for the state, the code of plugins and everybody else.
_RESERVED_BYTES = 256 * 1024 * 1024


class Segment(NamedTuple):
    """A piece of a file's content.

    Attributes:
        number: The part's number; 0 for a whole file.
        digest: The MD5 digest in hexadecimal, which is the segment's ETag.
        size: The number of bytes.
    """

    number: int
    digest: str
    size: int

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Read a segment's name; None where it is none."""
        match = SEGMENT_NAME.fullmatch(name)
        return cls(int(match[1]), match[2], int(match[3])) if match else None

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.number}.{self.digest}.{self.size}"


class IncomingSegment:
    """A segment that arrives: a file without a name of its own yet.

    Args:
        path: The file, which is created.

    Raises:
        OSError: It cannot be created; `write` and `finish` raise it too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._digest = hashlib.md5(usedforsecurity=False)
        self._file = os.fdopen(os.open(path, _WRITE, _FILE_MODE), "wb", buffering=0)

    def write(self, content: bytes) -> None:
        """Append some bytes."""
        rest = memoryview(content)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._digest.update(content)
        self.size += len(content)

    @property
    def digest(self) -> bytes:
        """The MD5 digest of what has arrived."""
        return self._digest.digest()

    def finish(self, number: int) -> Segment:
        """Bring it to the disk: after a crash of the machine its name must not stand for less than its bytes."""
        os.fsync(self._file.fileno())
        self._file.close()
        return Segment(number, self._digest.hexdigest(), self.size)

    def discard(self) -> None:
        """Remove it, unless it has got its name."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class SegmentFolders:
    """The segments of all files, one folder for each file. Safe for several threads.

    Args:
        root: The folder of the folders; None creates a temporary one, which `close` removes.
        reserved: How many bytes stay free on the disk.

    Attributes:
        root: The folder.

    Raises:
        DataUnavailable: The folder is none, or cannot be created.
    """

    def __init__(self, root: Path | None = None, reserved: int = _RESERVED_BYTES) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="biot-files-")
        self.root = (root or Path(self._temporary.name if self._temporary else "")).absolute()
        self._reserved = reserved
        self._prepare()

    def receive(self, size: int) -> IncomingSegment:
        """Create a file for a segment of this many bytes.

        Raises:
            DiskFull: There is no room for it.
        """
        if shutil.disk_usage(self.root).free - size < self._reserved:
            raise DiskFull("The disk of the platform is full: free some space there, and send the file again")
        try:
            return IncomingSegment(self.root / _PARTIAL / uuid.uuid4().hex)
        except OSError as error:
            raise self.failed(error) from error

    def adopt(self, id: str, incoming: IncomingSegment, segment: Segment) -> None:
        """Give a segment its name among those of a file."""
        folder = self.root / id
        try:
            folder.mkdir(_FOLDER_MODE, exist_ok=True)
            incoming.path.replace(folder / segment.name)
        except OSError as error:
            raise self.failed(error) from error

    def segments(self, id: str) -> dict[int, Segment]:
        """Return the segments of a file that have arrived, by number; of several, the one that arrived last."""
        arrived: dict[int, Segment] = {}
        for segment in filter(None, map(Segment.parse, _names(self.root / id))):
            other = arrived.get(segment.number)
            if other is None or self._age(id, other) < self._age(id, segment):
                arrived[segment.number] = segment
        return arrived

    def open(self, id: str, segment: Segment) -> BinaryIO:
        """Open a segment for reading.

        Raises:
            FileIdNotFound: It is not there, or is not what it was.
        """
        try:
            file = os.fdopen(os.open(self.root / id / segment.name, _READ), "rb")
        except OSError:
            raise _gone(id) from None
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size == segment.size:
            return file
        file.close()
        raise _gone(id)

    def keep(self, id: str, names: Container[str]) -> None:
        """Remove the segments of a file that have other names."""
        self._remove_segments(id, lambda segment: segment.name not in names)

    def remove_previous(self, id: str, segment: Segment) -> None:
        """Remove what was sent before with the same number."""
        self._remove_segments(id, lambda other: other.number == segment.number and other != segment)

    def remove(self, id: str) -> None:
        """Remove a file's folder."""
        shutil.rmtree(self.root / id, ignore_errors=True)

    def keep_files(self, ids: Container[str]) -> None:
        """Remove the folders of all other files, and what was left of segments that did not arrive whole.

        Whatever else is in the folder is not the emulator's to delete.
        """
        for name in _names(self.root):
            if _ID.fullmatch(name) and name not in ids:
                self.remove(name)
        for name in _names(self.root / _PARTIAL):
            (self.root / _PARTIAL / name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove every file's folder. What arrives meanwhile is refused when it is there."""
        for name in _names(self.root):
            if _ID.fullmatch(name):
                self.remove(name)

    def close(self) -> None:
        """Remove the folder if it is temporary."""
        if self._temporary:
            self._temporary.cleanup()

    def failed(self, error: OSError) -> DiskFull:
        """Return the refusal for a content that cannot be written."""
        return DiskFull(f"The platform cannot store the file: {not_writable(self.root, error)}")

    def _remove_segments(self, id: str, is_removed: Callable[[Segment], bool]) -> None:
        for segment in filter(None, map(Segment.parse, _names(self.root / id))):
            if is_removed(segment):
                (self.root / id / segment.name).unlink(missing_ok=True)

    def _age(self, id: str, segment: Segment) -> int:
        try:
            return (self.root / id / segment.name).lstat().st_mtime_ns
        except FileNotFoundError:  # replaced since
            return 0

    def _prepare(self) -> None:
        for folder in (self.root, self.root / _PARTIAL):
            require_folder(folder)
            try:
                folder.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
            except OSError as error:
                raise not_writable(folder.parent, error) from error


def _gone(id: str) -> FileIdNotFound:
    return FileIdNotFound(f"The content of file [{id}] is gone from the platform's disk: send it again", ids=[id])


def _names(folder: Path) -> Iterable[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except OSError:
        return ()
