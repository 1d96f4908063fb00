"""Blobs from a registry: streamed, resumed after a cut, and verified before anything is taken for whole."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import urllib3

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.registry.blobs import Reader
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import hash_for, is_hash_of
from biot_plugin_cli.registry.errors import AnswerLost, DamagedContent
from biot_plugin_cli.registry.requests.authorization import Scopes
from biot_plugin_cli.registry.requests.backoff import Attempts
from biot_plugin_cli.registry.requests.sender import Sender

__all__ = ["PART", "BlobReader", "Progress", "save"]

PART = ".part"
"""The suffix of a file that is being written."""

Progress = Callable[[Descriptor, int], None]
"""Called with a descriptor, and how many of its bytes have been transferred so far."""

_PIECE = 256 * 1024
# A connection that breaks after less than this has not helped.
_PROGRESS = 64 * 1024
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-[0-9]{1,19}/(?:[0-9]{1,19}|\*)")


class BlobReader:
    """Reads a blob from a registry. A broken connection is resumed; the last bytes come only if the digest is right.

    Args:
        sender: Sends requests to the registry.
        url: The path of the blob.
        descriptor: What identifies it.
        scopes: What reading it needs the right for.
        progress: Called after each piece.
    """

    def __init__(self, sender: Sender, url: str, descriptor: Descriptor, scopes: Scopes, progress: Progress) -> None:
        self._sender = sender
        self._url = url
        self._scopes = scopes
        self._descriptor = descriptor
        self._progress = progress
        self._response: urllib3.BaseHTTPResponse | None = None
        self._attempts = Attempts(sender.backoff)
        self._hash = hash_for(descriptor.digest)
        self._offset = self._resumed_at = 0
        self._ended = False

    def read(self, size: int = _PIECE, /) -> bytes:
        """Read up to so many bytes; none at the end.

        Raises:
            DamagedContent: The blob is not what its descriptor says.
            RegistryRefused: The registry does not give it.
            RegistryUnreachable: The connection broke too often.
        """
        while not self._ended:
            with self._attempts:
                return self._read(size)
            self.close()
            self._resumed_at = self._offset
        return b""

    def close(self) -> None:
        """Close the connection."""
        if self._response is not None:
            self._response.close()
            self._response = None

    def _read(self, size: int) -> bytes:
        if self._response is None:
            self._response = self._open()
        with self._sender.translated():
            piece = self._response.read(size)
        if not piece:
            self._end()
            return b""
        self._offset += len(piece)
        if self._offset > self._descriptor.size:
            raise self._damaged("it is larger than its manifest says")
        if self._offset - self._resumed_at >= _PROGRESS:
            self._attempts.succeeded()
        self._hash.update(piece)
        if self._offset == self._descriptor.size:
            self._verify()
        self._progress(self._descriptor, self._offset)
        return piece

    def _end(self) -> None:
        if self._offset < self._descriptor.size:
            # Without a length, nothing but this shows that the connection broke.
            raise AnswerLost(f"{self._sender.host} sent only a part of {self._descriptor.digest}: try again")
        if self._descriptor.size == 0:
            self._verify()
        self._ended = True
        if self._response is not None:
            self._response.release_conn()
            self._response = None

    def _verify(self) -> None:
        if not is_hash_of(self._descriptor.digest, self._hash):
            raise self._damaged("its digest is another one")

    def _open(self) -> urllib3.BaseHTTPResponse:
        headers = {"range": f"bytes={self._offset}-"} if self._offset else {}
        subject = f"the blob {self._descriptor.digest}"
        response = self._sender.open(self._url, subject=subject, scopes=self._scopes, headers=headers)
        if response.status == 206 and self._offset and _start_of(response) == self._offset:
            return response
        if response.status == 200:
            self._skip(response)
            return response
        response.close()
        raise self._damaged(f"the registry resumes it at another place, {response.status}")

    def _skip(self, response: urllib3.BaseHTTPResponse) -> None:
        """Read again what came before the cut, where the registry cannot resume."""
        left = self._offset
        with self._sender.translated():
            while left and (piece := response.read(min(left, _PIECE))):
                left -= len(piece)

    def _damaged(self, reason: str) -> DamagedContent:
        self.close()
        return DamagedContent(
            f"The blob {self._descriptor.digest} from {self._sender.host} is damaged ({reason}): try again, or push "
            "the image anew"
        )


def _start_of(response: urllib3.BaseHTTPResponse) -> int | None:
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    return int(match[1]) if match else None


def save(reader: Reader, path: Path) -> None:
    """Write a blob to a file, which appears only when all of it is verified.

    Raises:
        OperationFailed: The file cannot be written, as when the disk is full.
    """
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}-{secrets.token_hex(6)}{PART}")
    try:
        with _write_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                _copy(reader, file)
            temporary.replace(path)
    finally:
        reader.close()
        with contextlib.suppress(OSError):
            temporary.unlink()


def _copy(reader: Reader, file: BinaryIO) -> None:
    while piece := reader.read(_PIECE):
        file.write(piece)


@contextlib.contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OperationFailed(
            f"Cannot write {path} ({error.strerror}): free some space there, or choose another folder"
        ) from error
