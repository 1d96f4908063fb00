"""The content of files, as signed URLs take and return it."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

from biot_emulator.api.errors import BodyTooLarge
from biot_emulator.services.files.catalogue import Catalogue, StoredFile
from biot_emulator.services.files.errors import FileIdNotFound, NoUncompletedUpload
from biot_emulator.services.files.segments import IncomingSegment, Segment, SegmentFolders
from biot_emulator.services.files.signed_urls import Grant, SignedUrls

__all__ = ["FileContent", "Outgoing"]

_PIECE_BYTES = 256 * 1024


class Outgoing:
    """The content of a file that is sent.

    Args:
        file: What is known about the file.
        disposition: What a browser does with it.
        folders: The content.

    Raises:
        FileIdNotFound: The content is gone.
    """

    def __init__(self, file: StoredFile, disposition: str, folders: SegmentFolders) -> None:
        self.file = file
        self.disposition = disposition
        self._folders = folders
        self._segments = file.content
        # Open before anything is sent: what replaces it meanwhile does not change what is sent.
        self._first = folders.open(file.id, self._segments[0])

    def pieces(self, start: int, end: int) -> Generator[bytes, None, None]:
        """Yield the bytes from one to another; fewer where the content is gone meanwhile."""
        with suppress(FileIdNotFound, OSError):
            for segment in self._segments:
                if start < segment.size and end > 0:
                    with self._open(segment) as opened:
                        yield from _read(opened, max(start, 0), min(end, segment.size))
                start, end = start - segment.size, end - segment.size

    def close(self) -> None:
        """Close what is open."""
        self._first.close()

    def _open(self, segment: Segment) -> BinaryIO:
        return self._first if segment is self._segments[0] else self._folders.open(self.file.id, segment)


class FileContent:
    """Takes and returns the content of files for whoever has a signed URL.

    Args:
        urls: Checks the URLs.
        catalogue: What is known about files.
        folders: Their content.
    """

    def __init__(self, urls: SignedUrls, catalogue: Catalogue, folders: SegmentFolders) -> None:
        self._urls = urls
        self._catalogue = catalogue
        self._folders = folders
        # What replaces another content is the last one that is stored.
        self._storing = threading.Lock()

    def admit(self, method: str, path: str, query: str) -> Grant:
        """Return what a request may do, by its URL alone. Raises UrlNotValid."""
        return self._urls.read(method, path, query)

    def receive(self, grant: Grant, size: int) -> IncomingSegment:
        """Prepare for a content of this many bytes.

        Raises:
            FileIdNotFound: The file is gone.
            NoUncompletedUpload: It is complete already.
            BodyTooLarge: That is more than the URL is good for.
            DiskFull: There is no room.
        """
        if size > grant.length:
            raise BodyTooLarge(
                f"The content is too large: {grant.length} bytes can be sent at once, and more in parts",
                maxBytes=grant.length,
            )
        self._uploading(grant)
        return self._folders.receive(size)

    def store(self, grant: Grant, incoming: IncomingSegment) -> str:
        """Store what has arrived, and return its ETag, in quotes. Raises what `receive` raises."""
        try:
            segment = incoming.finish(grant.part)
        except OSError as error:
            raise self._folders.failed(error) from error
        with self._storing:
            with self._catalogue.transaction():
                file = self._uploading(grant)
                self._folders.adopt(file.id, incoming, segment)
                if not grant.part:
                    self._catalogue.save(replace(file, segments=[segment.name]))
            self._folders.remove_previous(file.id, segment)
        return f'"{segment.digest}"'

    def write(self, incoming: IncomingSegment, content: bytes) -> None:
        """Append to what arrives. Raises DiskFull."""
        try:
            incoming.write(content)
        except OSError as error:
            raise self._folders.failed(error) from error

    def open(self, grant: Grant) -> Outgoing:
        """Return the content of a file.

        Raises:
            FileIdNotFound: The file has none.
        """
        while True:
            file = self._catalogue.find(grant.id)
            if not file.segments:
                message = f"File [{file.id}] has no content yet: PUT it to the signed URL that was returned for it"
                raise FileIdNotFound(message, ids=[file.id])
            try:
                return Outgoing(file, grant.disposition, self._folders)
            except FileIdNotFound:
                # Somebody may have replaced it since it was looked up.
                if self._catalogue.find(grant.id).segments == file.segments:
                    raise

    def _uploading(self, grant: Grant) -> StoredFile:
        file = self._catalogue.find(grant.id)
        if grant.part and not file.is_uncompleted_upload:
            raise NoUncompletedUpload(f"The upload of file [{file.id}] is over: it takes no more parts", id=file.id)
        return file


def _read(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end and (piece := file.read(min(_PIECE_BYTES, end - start))):
        start += len(piece)
        yield piece
