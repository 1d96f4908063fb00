"""Blobs: content that has a digest, wherever its bytes are."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import digest_of, hash_for

__all__ = ["Blob", "Reader"]

_PIECE = 1024 * 1024


class Reader(Protocol):
    """Bytes that are read once, from the first to the last."""

    def read(self, size: int, /) -> bytes:
        """Read up to so many bytes; none at the end."""
        ...

    def close(self) -> None:
        """Release what it holds."""


@dataclass(frozen=True)
class Blob:
    """A blob.

    Attributes:
        descriptor: What identifies it.
        open: Opens its bytes from the beginning, any number of times. They are verified when they are sent.
        origin: The registry and the repository that it is in, if it is in one; the same registry can mount it.
        path: The file that it is in, if it is in one.
    """

    descriptor: Descriptor
    open: Callable[[], Reader] = field(repr=False, compare=False)
    origin: tuple[str, str] | None = field(default=None, compare=False)
    path: Path | None = field(default=None, compare=False)

    @staticmethod
    def from_bytes(content: bytes, media_type: str) -> Blob:
        """Make a blob of bytes."""
        return Blob(Descriptor(media_type, digest_of(content), len(content)), lambda: io.BytesIO(content))

    @staticmethod
    def from_file(path: Path, media_type: str) -> Blob:
        """Make a blob of a file, which must not change any more.

        Raises:
            OperationFailed: It cannot be read.
        """
        hashed, size = hash_for("sha256:"), 0
        with _open(path) as file:
            while piece := file.read(_PIECE):
                hashed.update(piece)
                size += len(piece)
        return Blob.at(path, Descriptor(media_type, f"sha256:{hashed.hexdigest()}", size))

    @staticmethod
    def at(path: Path, descriptor: Descriptor) -> Blob:
        """Make a blob of a file whose descriptor is known."""
        return Blob(descriptor, lambda: _open(path), path=path)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise OperationFailed(f"Cannot read {path} ({error.strerror}): make it readable, or run this again") from error
