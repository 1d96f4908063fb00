"""The bytes of a blob, of which the last ones come only if all are what its descriptor says."""

from __future__ import annotations

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.digests import hash_for, is_hash_of
from biot_plugin_cli.registry.errors import DamagedContent

__all__ = ["VerifiedBytes"]

_PIECE = 256 * 1024


class VerifiedBytes:
    """Reads a blob from its beginning.

    Args:
        blob: The blob.
    """

    def __init__(self, blob: Blob) -> None:
        self._descriptor = blob.descriptor
        self._reader = blob.open()
        self._hash = hash_for(blob.descriptor.digest)
        self._position = 0

    def read(self, size: int) -> bytes:
        """Read so many bytes, fewer only at the end.

        Raises:
            DamagedContent: The blob is not what its descriptor says.
        """
        content = bytearray()
        while len(content) < size and (piece := self._reader.read(size - len(content))):
            content += piece
        self._hash.update(content)
        self._position += len(content)
        if self._position >= self._descriptor.size:
            self._verify()
        elif len(content) < size:
            raise self._changed("it ends too early")
        return bytes(content)

    def skip(self, count: int) -> None:
        """Read so many bytes, and forget them."""
        while count:
            count -= len(self.read(min(count, _PIECE)))

    def close(self) -> None:
        """Close what is read."""
        self._reader.close()

    def _verify(self) -> None:
        if self._position > self._descriptor.size or self._reader.read(1):
            raise self._changed("it is larger than its descriptor says")
        if not is_hash_of(self._descriptor.digest, self._hash):
            raise self._changed("its digest is another one")

    def _changed(self, reason: str) -> DamagedContent:
        return DamagedContent(
            f"The blob {self._descriptor.digest} has changed since it was described ({reason}): build the image again"
        )
