"""The blobs of an image, verified and uncompressed while they are read."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, cast

from biot_emulator.image.descriptor import Descriptor
from biot_emulator.image.errors import InvalidImage
from biot_emulator.image.limits import Budget

__all__ = ["LayerReader", "VerifiedReader", "layer_reader"]

_CHUNK_BYTES = 256 * 1024
_OCI = "application/vnd.oci.image.layer.v1.tar"
_DOCKER = "application/vnd.docker.image.rootfs.diff.tar"
_PLAIN = (_OCI, _DOCKER)
_GZIP = (f"{_OCI}+gzip", f"{_DOCKER}.gzip")
_ZSTD = (f"{_OCI}+zstd", f"{_DOCKER}.zstd")
_FOREIGN = ("nondistributable", "foreign")


class VerifiedReader(io.RawIOBase):
    """A blob of which nothing is taken for whole unless its size and its hash are right.

    Args:
        file: The blob.
        descriptor: What it must be.
    """

    def __init__(self, file: IO[bytes], descriptor: Descriptor) -> None:
        self._file = file
        self._descriptor = descriptor
        self._hash = hashlib.new(descriptor.digest.partition(":")[0])
        self._size = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes.

        Raises:
            InvalidImage: It is larger than it must be.
        """
        content = self._file.read(_CHUNK_BYTES if size < 0 else min(size, _CHUNK_BYTES))
        self._hash.update(content)
        self._size += len(content)
        if self._size > self._descriptor.size:
            raise self._damaged()
        return content

    def finish(self) -> None:
        """Read what is left, and check everything.

        Raises:
            InvalidImage: It is not what it must be.
        """
        while self.read(_CHUNK_BYTES):
            pass
        digest = f"{self._hash.name}:{self._hash.hexdigest()}"
        if (digest, self._size) != (self._descriptor.digest, self._descriptor.size):
            raise self._damaged()

    def _damaged(self) -> InvalidImage:
        return InvalidImage(f"The blob {self._descriptor.digest} of the image is damaged: push the image again")


class LayerReader:
    """An uncompressed layer, within what is left of the budget.

    Args:
        read: Returns at most so many bytes.
        diff_id: The digest that it must have.
        budget: What is left.
    """

    def __init__(self, read: Callable[[int], bytes], diff_id: str, budget: Budget) -> None:
        self._read = read
        self._diff_id = diff_id
        self._hash = hashlib.new(diff_id.partition(":")[0])
        self._budget = budget

    def read(self, size: int) -> bytes:
        """Return at most so many bytes.

        Raises:
            InvalidImage: The image is too large.
        """
        content = self._read(size)
        self._hash.update(content)
        self._budget.spend_layer(len(content))
        return content

    def finish(self) -> None:
        """Read what is left, and check everything.

        Raises:
            InvalidImage: It is another layer than the image's configuration says.
        """
        while self.read(_CHUNK_BYTES):
            pass
        if f"{self._hash.name}:{self._hash.hexdigest()}" != self._diff_id:
            raise InvalidImage(
                f"A layer of the image is not the one that its configuration lists as {self._diff_id}: "
                "build the image again"
            )


@contextmanager
def layer_reader(file: IO[bytes], descriptor: Descriptor, diff_id: str, budget: Budget) -> Iterator[LayerReader]:
    """Read a layer; what is read is right if nothing is raised, also at the end.

    Args:
        file: The blob.
        descriptor: What the manifest says of it.
        diff_id: The digest of the uncompressed layer.
        budget: What is left of the limits.

    Raises:
        InvalidImage: The layer is damaged, too large, or of a kind that cannot be unpacked.
    """
    blob = VerifiedReader(file, descriptor)
    uncompressed, damages = _uncompress(descriptor.media_type, cast("IO[bytes]", blob))
    try:
        with uncompressed:
            layer = LayerReader(uncompressed.read, diff_id, budget)
            yield layer
            layer.finish()
    except damages as error:
        raise InvalidImage(f"The layer {descriptor.digest} of the image cannot be uncompressed: {error}") from error
    blob.finish()


def _uncompress(media_type: str, blob: IO[bytes]) -> tuple[IO[bytes], tuple[type[Exception], ...]]:
    """Return the uncompressed layer, and what it raises where it is damaged."""
    if any(word in media_type for word in _FOREIGN):
        raise InvalidImage("The image has a layer that may not be distributed, and lies elsewhere: use another base")
    if media_type in _PLAIN:
        return blob, ()
    if media_type in _GZIP:
        import gzip
        import zlib

        return cast("IO[bytes]", gzip.GzipFile(fileobj=blob)), (gzip.BadGzipFile, zlib.error, EOFError)
    if media_type in _ZSTD:
        raise InvalidImage(
            "The image has a layer that is compressed with zstd, which Lambda is not known to take: compress it with "
            "gzip, as biot-plugin does"
        )
    shown = ascii(media_type)[1:-1][:100]
    raise InvalidImage(f"The image has a layer of the type [{shown}], which is unknown: compress it with gzip")
