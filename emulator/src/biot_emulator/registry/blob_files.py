"""The bytes of blobs and manifests, as files by digest: each is there whole, or not at all."""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import BlobUnknown, InsufficientStorage
from biot_emulator.registry.verified_reader import VerifiedReader
from biot_emulator.state.private_files import require_folder
from biot_emulator.state.unavailable_data import not_writable

__all__ = ["BlobFiles"]

_ALGORITHMS = ("sha256", "sha512")
_DIGITS = re.compile(r"[0-9a-f]{64}(?:[0-9a-f]{64})?")
_PARTIAL = "partial"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
#: What stays free on the disk for the state, the code of plugins and everybody else.
_RESERVED_BYTES = 256 * 1024 * 1024


class BlobFiles:
    """The files below a folder. Safe for several threads.

    Args:
        root: The folder, which is created when there is something to store; None creates a temporary one, which `close`
            removes.
        reserved: How many bytes stay free on the disk.

    Attributes:
        root: The folder.
    """

    def __init__(self, root: Path | None = None, reserved: int = _RESERVED_BYTES) -> None:
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="biot-registry-")
        self.root = (root or Path(self._temporary.name if self._temporary else "")).absolute()
        self._reserved = reserved

    def check(self) -> None:
        """Check that the folders are folders, and no links to others. Raises DataUnavailable."""
        for folder in (self.root, *(self.root / name for name in (*_ALGORITHMS, _PARTIAL))):
            require_folder(folder)

    def path(self, digest: Digest) -> Path:
        """Return the path of a content, whether it is there or not."""
        return self.root / digest.algorithm / digest.digits

    def size(self, digest: Digest) -> int | None:
        """Return the size of a content in bytes; None where it is not there."""
        with suppress(OSError):
            status = self.path(digest).lstat()
            return status.st_size if stat.S_ISREG(status.st_mode) else None
        return None

    def open(self, digest: Digest) -> BinaryIO:
        """Open a content for reading.

        Raises:
            BlobUnknown: It is not there.
        """
        try:
            descriptor = os.open(self.path(digest), _READ)
        except OSError:
            raise BlobUnknown("There is no such blob", digest) from None
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return os.fdopen(descriptor, "rb")
        os.close(descriptor)
        raise BlobUnknown("There is no such blob", digest)

    def open_verified(self, digest: Digest) -> BinaryIO:
        """Open a content for reading, which is verified meanwhile, and removed if it is damaged.

        Raises:
            BlobUnknown: It is not there.
        """
        reader = VerifiedReader(self.open(digest), digest, lambda: self.remove(digest))
        return cast("BinaryIO", io.BufferedReader(reader))

    def verified_path(self, digest: Digest) -> Path:
        """Return the file of a content, after its verification.

        Raises:
            RegistryError: It is not there, or damaged.
        """
        with self.open_verified(digest) as content:
            while content.read(io.DEFAULT_BUFFER_SIZE * 8):
                continue
        return self.path(digest)

    def new_partial(self) -> Path:
        """Create an empty file for a content whose digest is not known yet."""
        folder = self.root / _PARTIAL
        try:
            folder.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
            path = folder / uuid.uuid4().hex
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE))
        except OSError as error:
            raise self.failed(error) from error
        return path

    def require_room(self, size: int) -> None:
        """Check that the disk has room for that many bytes more.

        Raises:
            InsufficientStorage: It has not.
        """
        folder = self.root if self.root.exists() else self.root.parent
        if shutil.disk_usage(folder).free - size < self._reserved:
            raise InsufficientStorage("The disk of the registry is full: free some space there, and push again")

    def adopt(self, partial: Path, digest: Digest) -> None:
        """Store a file under its digest, which has been verified; the file of another push is as good."""
        path = self.path(digest)
        try:
            path.parent.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
            partial.replace(path)
        except OSError as error:
            raise self.failed(error) from error

    def flush(self, partial: Path) -> None:
        """Bring a file to the disk: after a crash of the machine its name must not stand for less than its bytes."""
        if self._temporary:
            return
        descriptor = os.open(partial, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise self.failed(error) from error
        finally:
            os.close(descriptor)

    def write(self, digest: Digest, content: bytes) -> None:
        """Store a content that is in memory."""
        self.require_room(len(content))
        partial = self.new_partial()
        try:
            partial.write_bytes(content)
            self.flush(partial)
            self.adopt(partial, digest)
        except OSError as error:
            raise self.failed(error) from error
        finally:
            partial.unlink(missing_ok=True)

    def remove(self, digest: Digest) -> None:
        """Remove a content, if it is there."""
        self.path(digest).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Digest]:
        """Every digest that has a file."""
        for algorithm in _ALGORITHMS:
            with suppress(FileNotFoundError):
                names = [entry.name for entry in os.scandir(self.root / algorithm)]
                yield from (Digest(f"{algorithm}:{name}") for name in names if _DIGITS.fullmatch(name))

    def remove_partials(self) -> None:
        """Remove what pushes have left that did not end."""
        shutil.rmtree(self.root / _PARTIAL, ignore_errors=True)

    def clear(self) -> None:
        """Remove every content."""
        for name in (*_ALGORITHMS, _PARTIAL):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder if it is temporary."""
        if self._temporary:
            self._temporary.cleanup()

    def failed(self, error: OSError) -> InsufficientStorage:
        """Return the refusal for a content that cannot be written."""
        return InsufficientStorage(f"The registry cannot store it: {not_writable(self.root, error)}")
