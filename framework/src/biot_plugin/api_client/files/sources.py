"""Where the content of an upload comes from: memory, a file that can be rewound, or a stream that is read once."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import IO, Any

from biot_plugin.http.messages import LocalFileFailed

_MEBIBYTE = 1024 * 1024
#: What is sent at once, and is sent again where it breaks off; a larger content is sent in parts of this size.
PART_BYTES = 64 * _MEBIBYTE
#: The same for a stream, whose parts are in memory until they are sent.
STREAM_PART_BYTES = 8 * _MEBIBYTE
#: What a content has at most (contract section 13.1).
MAX_PARTS = 10_000
_CHUNK = 64 * 1024


class Part:
    """A range of a file, which can be sent any number of times.

    Args:
        file: The file.
        start: Where the range begins.
        size: The number of bytes.

    Attributes:
        digest: The MD5 digest of what was sent, in hexadecimal.
    """

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self.size = size
        self.digest = ""
        self._file = file
        self._start = start

    def pieces(self) -> Iterator[bytes]:
        """Yield the content. Raises LocalFileFailed."""
        digest, left = md5(usedforsecurity=False), self.size
        self._seek()
        while left:
            piece = self._read(min(_CHUNK, left))
            digest.update(piece)
            left -= len(piece)
            yield piece
        self.digest = digest.hexdigest()

    def _seek(self) -> None:
        try:
            self._file.seek(self._start)
        except (OSError, ValueError) as error:
            raise LocalFileFailed(error) from error

    def _read(self, size: int) -> bytes:
        try:
            piece = self._file.read(size)
        except (OSError, ValueError) as error:
            raise LocalFileFailed(error) from error
        if not piece:
            raise LocalFileFailed(OSError("the file has become shorter while it was sent"))
        return piece


class MemoryPart:
    """A content in memory, or a part of one.

    Args:
        content: The bytes.
    """

    def __init__(self, content: bytes | memoryview) -> None:
        self.size = len(content)
        self.digest = md5(content, usedforsecurity=False).hexdigest()
        self._content = memoryview(content)

    def pieces(self) -> Iterator[memoryview]:
        """Yield the content."""
        return (self._content[start : start + _CHUNK] for start in range(0, self.size, _CHUNK))


class Parts:
    """A content, part by part.

    Args:
        count: The number of parts; None where it is not known before the last one.
        each: The parts, at least one.
    """

    def __init__(self, count: int | None, each: Iterator[Part | MemoryPart]) -> None:
        self.count = count
        self.each = each


@contextmanager
def opened(content: object) -> Generator[Parts, None, None]:
    """Open a content, and close what was opened.

    Raises:
        TypeError: It is neither bytes nor a path nor a file that is open for reading bytes.
        OSError: It cannot be read.
    """
    if isinstance(content, bytes):
        yield _in_memory(content)
    elif isinstance(content, os.PathLike):
        with Path(content).open("rb") as file:
            yield _of_file(file, 0)
    else:
        yield _of_open_file(_require_binary(content))


def _require_binary(content: Any) -> IO[bytes]:
    if not hasattr(content, "read"):
        kind = type(content).__name__
        raise TypeError(f"upload needs the content as bytes, a pathlib.Path or a file that is open, not as a {kind}")
    if not isinstance(content.read(0), bytes):
        raise TypeError('upload needs a file that is open for reading bytes: open it with the mode "rb"')
    file: IO[bytes] = content
    return file


def _in_memory(content: bytes) -> Parts:
    view, sizes = memoryview(content), _ranges(len(content))
    return Parts(len(sizes), (MemoryPart(view[start : start + size]) for start, size in sizes))


def _of_open_file(file: IO[bytes]) -> Parts:
    if file.seekable():
        return _of_file(file, file.tell())
    return Parts(None, _read_once(file))


def _of_file(file: IO[bytes], start: int) -> Parts:
    sizes = _ranges(max(0, file.seek(0, os.SEEK_END) - start))
    return Parts(len(sizes), (Part(file, start + offset, size) for offset, size in sizes))


def _ranges(size: int) -> list[tuple[int, int]]:
    """Return where the parts of a content begin, and their sizes; one part for what is empty."""
    most = max(PART_BYTES, -(-size // MAX_PARTS))
    return [(start, min(most, size - start)) for start in range(0, size, most)] or [(0, 0)]


def _read_once(file: IO[bytes]) -> Iterator[MemoryPart]:
    content = _fill(file)
    yield MemoryPart(content)
    while len(content) == STREAM_PART_BYTES and (content := _fill(file)):
        yield MemoryPart(content)


def _fill(file: IO[bytes]) -> bytes:
    """Read a whole part of a stream, which may return less at once; less where the stream ends."""
    content = bytearray()
    while len(content) < STREAM_PART_BYTES and (piece := file.read(min(_CHUNK, STREAM_PART_BYTES - len(content)))):
        content += piece
    return bytes(content)
