"""Finds the records that plugins have written to their logs in whatever the logs were exported to.

A record is written in characters that no export changes, so it is looked for in the bytes of the file, and what is
around it does not matter: text, JSON, JSON in JSON, CSV, compressed with gzip, or in a zip archive.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Protocol

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.recordings.entry import InvalidRecording, Recording

__all__ = ["LoggedRecords"]

#: The form of a line; biot_plugin.recording.log_lines writes it.
_PART = re.compile(rb"biot-recording:(\d{1,3}):([0-9a-f]{16}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9_-]{1,200000}={0,2})")
_VERSION = 1
_MARK = b"biot-recording:"
_CHUNK = 1 << 20
#: Bytes that a part of a record has at most.
_LONGEST = 200_100
#: Bytes that a record has, and bytes of all that is waiting for its other parts.
_MAX_RECORD, _MAX_WAITING = 32_000_000, 64_000_000
#: Bytes of a file, decompressed: somebody may have made an archive that never ends.
_MAX_FILE = 8 << 30
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


class _Stream(Protocol):
    """A stream of bytes whose beginning can be looked at."""

    def peek(self, size: int, /) -> bytes: ...

    def read(self, size: int = -1, /) -> bytes: ...

    def seekable(self) -> bool: ...


class LoggedRecords:
    """The records in exported logs.

    Attributes:
        broken: Sentences about records that cannot be read.
    """

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._waiting: dict[str, dict[int, bytes]] = {}
        self._counts: dict[str, int] = {}
        self._bytes = 0
        self._done: set[str] = set()

    @property
    def incomplete(self) -> int:
        """How many records have parts that are not there."""
        return len(self._waiting)

    def read(self, file: Path) -> Iterator[Recording]:
        """Yield the recordings in a file; parts of one may be in several files.

        Args:
            file: The file; `-` for standard input.

        Raises:
            UsageError: It cannot be read.
        """
        try:
            with _opened(file) as stream:
                yield from self._found(file, stream)
        except FileNotFoundError as error:
            raise UsageError(f"{file} does not exist") from error
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or f"it is damaged: {error}"
            raise UsageError(f"{file} cannot be read: {reason}") from error

    def _found(self, file: Path, stream: _Stream) -> Iterator[Recording]:
        if stream.peek(4).startswith(_ZIP):
            # Its end, which has the names, is read first.
            with zipfile.ZipFile(file if stream.seekable() else io.BytesIO(stream.read())) as archive:
                for name in archive.namelist():
                    member: Any
                    with archive.open(name) as member:
                        yield from self._in(member)
        else:
            yield from self._in(stream)

    def _in(self, stream: _Stream) -> Iterator[Recording]:
        content: Any = stream
        if stream.peek(2).startswith(_GZIP):
            content = gzip.GzipFile(fileobj=content)
        for match in _parts(content):
            recording = self._add(*match.groups())
            if recording is not None:
                yield recording

    def _add(self, version: bytes, id: bytes, number: bytes, count: bytes, data: bytes) -> Recording | None:
        name = id.decode()
        if int(version) > _VERSION:
            self.broken.append(f"Record {name} has version {int(version)}: upgrade biot-plugin-cli, which knows 1")
            return None
        if name in self._done or not 1 <= int(number) <= int(count):
            return None
        parts = self._waiting.setdefault(name, {})
        if int(number) not in parts:
            self._bytes += len(data)
        parts[int(number)] = data
        if len(parts) < int(count):
            self._forget()
            return None
        self._bytes -= sum(map(len, parts.values()))
        self._waiting.pop(name)
        self._done.add(name)
        return self._decoded(name, b"".join(parts[index] for index in sorted(parts)))

    def _forget(self) -> None:
        """Forget the oldest parts, where too many are waiting for others that never came."""
        while self._bytes > _MAX_WAITING:
            name, parts = next(iter(self._waiting.items()))
            self._bytes -= sum(map(len, parts.values()))
            self._waiting.pop(name)
            self.broken.append(f"Record {name} is incomplete")

    def _decoded(self, name: str, data: bytes) -> Recording | None:
        try:
            content = base64.urlsafe_b64decode(data)
            if sha256(content).hexdigest()[: len(name)] != name:
                raise InvalidRecording("was changed since it was written")
            unzip = zlib.decompressobj()
            text = unzip.decompress(content, _MAX_RECORD)
            if not unzip.eof:
                raise InvalidRecording("is too large")
            document: Any = json.loads(text)
            return Recording.of(document)
        except (ValueError, zlib.error, RecursionError) as error:
            reason = str(error) if isinstance(error, InvalidRecording) else "cannot be decoded"
            self.broken.append(f"Record {name} {reason}")
            return None


@contextmanager
def _opened(file: Path) -> Iterator[_Stream]:
    if str(file) == "-":
        stdin: Any = sys.stdin.buffer
        yield stdin
        return
    with file.open("rb") as stream:
        yield stream


def _parts(stream: IO[bytes]) -> Iterator[re.Match[bytes]]:
    """Yield the parts of records in a stream, of which only a piece is in memory."""
    text, total = b"", 0
    while True:
        chunk = stream.read(_CHUNK)
        total += len(chunk)
        if total > _MAX_FILE:
            raise OSError(f"it has more than {_MAX_FILE >> 30} GB: split it")
        text += chunk
        end = 0
        for match in _PART.finditer(text):
            if chunk and match.end() == len(text):  # It may go on in the next piece.
                break
            end = match.end()
            yield match
        if not chunk:
            return
        mark = text.rfind(_MARK, max(end, len(text) - _LONGEST))
        text = text[mark:] if mark >= 0 else text[max(end, len(text) - len(_MARK)) :]
