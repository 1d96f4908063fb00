"""The members of a layer, read forward once and within bounds, whatever its headers say."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from enum import Enum
from typing import IO, Any, Self, TypeVar, cast

from biot_emulator.image.blobs import LayerReader
from biot_emulator.image.errors import InvalidImage
from biot_emulator.image.limits import Budget

__all__ = ["Kind", "TarMember", "tar_members"]

_CHUNK_BYTES = 256 * 1024
# Of one member: more than any file's attributes and names have.
_MAX_HEADER_BYTES = 4 * 1024 * 1024
_MAX_READ_BYTES = 1024 * 1024
# Of those that hold for all members that follow.
_GLOBAL_HEADERS = frozenset({"path", "linkpath", "size"})
_DAMAGED = (tarfile.TarError, ValueError, OverflowError, LookupError, RecursionError, EOFError)

_T = TypeVar("_T")


class Kind(Enum):
    """What a member is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    HARD_LINK = "hard link"
    OTHER = "device, pipe or socket"


class TarMember:
    """A member of a layer.

    Args:
        info: Its header.
        chunks: Its content, to be read before the next member.

    Attributes:
        name: Where it is, as the layer has it.
        kind: What it is.
        target: What a link is for.
        size: How many bytes a file has.
    """

    def __init__(self, info: tarfile.TarInfo, chunks: Iterator[bytes]) -> None:
        self.name = info.name
        self.kind = _kind(info)
        self.target = info.linkname
        self.size = info.size if self.kind is Kind.FILE else 0
        self.is_executable = bool(info.mode & stat.S_IXUSR)
        self._chunks = chunks

    def content(self) -> Iterator[bytes]:
        """Yield the content of a file."""
        return self._chunks


def tar_members(layer: LayerReader, budget: Budget) -> Iterator[TarMember]:
    """Yield the members of a layer.

    Args:
        layer: The layer.
        budget: What is left of the limits.

    Raises:
        InvalidImage: It cannot be read.
    """
    yield from _translated(_members(_Stream(layer), budget))


def _translated(items: Iterator[_T]) -> Iterator[_T]:
    try:
        yield from items
    except _DAMAGED as error:
        reason = ascii(str(error))[1:-1] if str(error) else "it is damaged"
        raise InvalidImage(f"A layer of the image is no tar archive that can be unpacked: {reason}") from error


def _members(stream: _Stream, budget: Budget) -> Iterator[TarMember]:
    archive = tarfile.TarFile(
        fileobj=cast("IO[bytes]", stream), tarinfo=_Header, encoding="utf-8", errors="surrogateescape"
    )
    while (info := archive.next()) is not None:
        # It would remember every one.
        archive.members = []  # type: ignore[attr-defined]
        archive.pax_headers = {name: archive.pax_headers[name] for name in _GLOBAL_HEADERS & {*archive.pax_headers}}
        stream.header_bytes = 0
        budget.spend_entry(info.name, info.linkname)
        _check_size(info)
        if info.isreg():
            budget.spend_file(info.size)
        yield TarMember(info, _translated(_chunks(archive, info, stream)))


def _chunks(archive: tarfile.TarFile, info: tarfile.TarInfo, stream: _Stream) -> Iterator[bytes]:
    if info.issparse():
        file = archive.extractfile(info)
        while file and (chunk := file.read(_CHUNK_BYTES)):
            stream.header_bytes = 0
            yield chunk
        return
    left = info.size
    while left:
        chunk = stream.read_content(min(left, _CHUNK_BYTES))
        if not chunk:
            raise tarfile.ReadError("unexpected end of data")
        left -= len(chunk)
        yield chunk


def _kind(info: tarfile.TarInfo) -> Kind:
    if info.isreg():
        return Kind.FILE
    if info.isdir():
        return Kind.FOLDER
    if info.issym():
        return Kind.LINK
    if info.islnk():
        return Kind.HARD_LINK
    if info.isdev():
        return Kind.OTHER
    raise InvalidImage("The image has a file of an unknown kind: build it again with another tool")


def _check_size(info: tarfile.TarInfo) -> None:
    if info.size < 0:
        raise InvalidImage("A layer of the image has a file with a negative size: build the image again")


class _Header(tarfile.TarInfo):
    """A header that is an error where it is wrong, and not the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        header = super().frombuf(buf, encoding, errors)
        _check_size(header)
        return header

    @classmethod
    def fromtarfile(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, tarfile_: tarfile.TarFile
    ) -> Self:
        try:
            return super().fromtarfile(tarfile_)
        except (tarfile.EOFHeaderError, tarfile.EmptyHeaderError) as end:  # type: ignore[attr-defined]
            # An archive without anything in it has an end, too.
            raise tarfile.EOFHeaderError(str(end)) from end  # type: ignore[attr-defined]
        except tarfile.HeaderError as error:
            raise InvalidImage(f"A layer of the image has a damaged header: {ascii(str(error))[1:-1]}") from error


class _Stream:
    """A layer as the file that an archive is read from: forward, and not without end.

    Args:
        layer: The layer.

    Attributes:
        header_bytes: How much of headers was read since this was last set to 0.
    """

    def __init__(self, layer: LayerReader) -> None:
        self.header_bytes = 0
        self._layer = layer
        self._position = 0

    def tell(self) -> int:
        return self._position

    def seek(self, position: int, _: Any = None) -> int:
        if position < self._position:
            raise tarfile.ReadError("it leads back")
        while position > self._position:
            if not self.read_content(min(position - self._position, _CHUNK_BYTES)):
                raise tarfile.ReadError("unexpected end of data")
        return position

    def read(self, size: int) -> bytes:
        self.header_bytes += size
        if not 0 <= size <= _MAX_READ_BYTES or self.header_bytes > _MAX_HEADER_BYTES:
            raise tarfile.ReadError("a header is too large")
        content = b""
        while len(content) < size and (chunk := self.read_content(size - len(content))):
            content += chunk
        return content

    def read_content(self, size: int) -> bytes:
        content = self._layer.read(size)
        self._position += len(content)
        return content
