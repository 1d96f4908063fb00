"""Uploads of blobs: at once or in chunks, each of which goes on where the one before ended."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from biot_emulator.registry.blob_files import BlobFiles
from biot_emulator.registry.digests import Digest
from biot_emulator.registry.errors import DigestInvalid, RangeInvalid, SizeInvalid, UploadUnknown

__all__ = ["MAX_BLOB_BYTES", "Upload", "Uploads", "Writer"]

MAX_BLOB_BYTES = 10 * 1024**3
"""No image of a function is larger, and so none of its layers."""

#: Who begins more than that has forgotten some of them: those that have been idle longest end.
_MAX_UPLOADS = 256
_IDLE_SECONDS = 3600.0
_CHUNK = 1024 * 1024


class Upload:
    """One upload, of which at most one request at a time writes.

    Args:
        repository: The repository that it is for.
        path: The file with what has arrived.

    Attributes:
        id: What requests name it by.
        size: How many bytes have arrived.
    """

    def __init__(self, repository: str, path: Path) -> None:
        self.id = str(uuid.uuid4())
        self.repository = repository
        self.path = path
        self.size = 0
        self.touched = time.monotonic()
        self.hash = hashlib.sha256()
        self.lock = threading.Lock()
        self.writer: Writer | None = None
        self.has_ended = False


class Writer:
    """What one request adds to an upload.

    Args:
        upload: The upload.
        files: Where it is stored.
        file: The file with what has arrived, at its end.
    """

    def __init__(self, upload: Upload, files: BlobFiles, file: BinaryIO) -> None:
        self._upload = upload
        self._files = files
        self._file = file

    def write(self, content: bytes) -> None:
        """Add some bytes.

        Raises:
            UploadUnknown: The upload has ended, or another request has taken it over.
            SizeInvalid: It has more bytes than any layer.
            InsufficientStorage: The disk is full.
        """
        upload = self._upload
        self._files.require_room(len(content))
        with upload.lock:
            if upload.writer is not self or upload.has_ended:
                raise UploadUnknown("The upload has been ended or continued by another request", upload.id)
            _check_size(upload.size + len(content))
            try:
                self._file.write(content)
            except OSError as error:
                raise self._files.failed(error) from error
            # What could not be written is neither hashed nor counted, and overwritten by what comes next.
            upload.hash.update(content)
            upload.size += len(content)
            upload.touched = time.monotonic()


class Uploads:
    """The uploads that have begun and not ended. Safe for several threads.

    Args:
        files: Where their bytes are stored.
    """

    def __init__(self, files: BlobFiles) -> None:
        self._files = files
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def begin(self, repository: str) -> Upload:
        """Begin an upload."""
        self._end_idle()
        upload = Upload(repository, self._files.new_partial())
        with self._lock:
            self._uploads[upload.id] = upload
        return upload

    def get(self, repository: str, id: str) -> Upload:
        """Return an upload.

        Raises:
            UploadUnknown: There is none, or it is for another repository.
        """
        upload = self._uploads.get(id)
        if upload is None or upload.repository != repository:
            raise UploadUnknown("There is no such upload, or no longer: begin another one", id[:100])
        return upload

    @contextmanager
    def writing(self, upload: Upload, start: int | None = None, size: int = 0) -> Iterator[Writer]:
        """Add to an upload; a request that began before and has not ended may not write any more.

        Args:
            upload: The upload.
            start: Which byte comes next, according to the request; None where it does not say.
            size: How many bytes the request has, as far as is known.

        Raises:
            RangeInvalid: It is another one.
            UploadUnknown: The upload has ended.
            SizeInvalid: The request has more bytes than any layer.
            InsufficientStorage: The disk has no room for it.
        """
        _check_size(upload.size + size)
        self._files.require_room(size)
        with self._opened(upload) as file:
            writer = Writer(upload, self._files, file)
            with upload.lock:
                if start not in (None, upload.size):
                    raise RangeInvalid(f"The next byte of the upload is number {upload.size}, not {start}", upload.id)
                upload.writer = writer
                file.truncate(upload.size)
                file.seek(upload.size)
            yield writer

    def finish(self, upload: Upload, digest: Digest, adopt: Callable[[Path], None]) -> None:
        """End an upload: its bytes become a blob.

        Args:
            upload: The upload.
            digest: The digest that they should have.
            adopt: Stores the file with them, which is gone afterwards.

        Raises:
            DigestInvalid: They have another digest; the upload has ended nevertheless.
            UploadUnknown: The upload has ended already.
        """
        with upload.lock:
            self._end(upload)
        try:
            if not self._has_digest(upload, digest):
                raise DigestInvalid("What was sent has another digest than the named one: send it again", digest)
            adopt(upload.path)
        finally:
            upload.path.unlink(missing_ok=True)

    def cancel(self, upload: Upload) -> None:
        """End an upload, and forget its bytes. Raises UploadUnknown where it has ended already."""
        with upload.lock:
            self._end(upload)
            upload.path.unlink(missing_ok=True)

    def discard(self, upload: Upload) -> None:
        """End an upload, unless it has ended already, and forget its bytes."""
        with upload.lock:
            if not upload.has_ended:
                self._end(upload)
                upload.path.unlink(missing_ok=True)

    def clear(self) -> None:
        """End all uploads."""
        with self._lock:
            uploads = list(self._uploads.values())
        for upload in uploads:
            self.discard(upload)

    def _end(self, upload: Upload) -> None:
        if upload.has_ended:
            raise UploadUnknown("The upload has ended: begin another one", upload.id)
        upload.has_ended = True
        with self._lock:
            self._uploads.pop(upload.id, None)

    def _end_idle(self) -> None:
        with self._lock:
            oldest = sorted(self._uploads.values(), key=lambda upload: upload.touched)
        latest = time.monotonic() - _IDLE_SECONDS
        excess = len(oldest) - _MAX_UPLOADS + 1
        for index, upload in enumerate(oldest):
            if index < excess or upload.touched < latest:
                self.discard(upload)

    @contextmanager
    def _opened(self, upload: Upload) -> Iterator[BinaryIO]:
        try:
            # Without a buffer: what has been written is in the file.
            file = upload.path.open("r+b", buffering=0)
        except FileNotFoundError:
            raise UploadUnknown("The upload has ended: begin another one", upload.id) from None
        with file:
            yield file

    @staticmethod
    def _has_digest(upload: Upload, digest: Digest) -> bool:
        hash = upload.hash
        if digest.algorithm != hash.name:
            hash = digest.new_hash()
            with upload.path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    hash.update(chunk)
        return digest.matches(hash)


def _check_size(size: int) -> None:
    if size > MAX_BLOB_BYTES:
        raise SizeInvalid(f"A layer may have {MAX_BLOB_BYTES} bytes: make the image smaller")
