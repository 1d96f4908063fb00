"""Layers without their compression, as a stream: gzip, zstd or none."""

from __future__ import annotations

import gzip
import sys
import zlib
from typing import BinaryIO, cast

from biot_plugin_cli.registry.blobs import Reader
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.media_types import compression_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["MAX_BYTES", "PlainLayer"]

MAX_BYTES = 10 * 1024**3
"""Bytes that a layer may have without its compression: as many as a whole image may have at Lambda."""

_INVALID = (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError)


class PlainLayer:
    """Reads a layer as the tar archive that it is.

    Args:
        content: The bytes of the layer's blob.
        media_type: The media type of the layer.
        max_bytes: How many bytes are read at most.

    Raises:
        DamagedContent: The media type is not that of a layer.
    """

    def __init__(self, content: Reader, media_type: str, max_bytes: int = MAX_BYTES) -> None:
        self._content = content
        self._left = max_bytes
        self._plain = _decompressed(content, media_type)

    def read(self, size: int, /) -> bytes:
        """Read up to so many bytes; none at the end.

        Raises:
            DamagedContent: The layer cannot be decompressed, or is too large.
        """
        try:
            piece = self._plain.read(size)
        except _INVALID as error:
            raise DamagedContent("A layer of the image cannot be decompressed: use another image") from error
        self._left -= len(piece)
        if self._left < 0:
            raise DamagedContent("A layer of the image is larger than Lambda allows for all of them: use another image")
        return piece

    def close(self) -> None:
        """Close the blob."""
        self._content.close()


def _decompressed(content: Reader, media_type: str) -> Reader:
    compression = compression_of(media_type)
    if compression is None:
        raise DamagedContent(
            f"A layer of the image has the unknown media type {ascii(media_type)[:100]}: use an image of OCI or "
            "Docker's schema 2"
        )
    # Both read no more than this protocol has.
    file = cast("BinaryIO", content)
    if compression == "gzip":
        return gzip.GzipFile(fileobj=file)
    return zstd.ZstdFile(file) if compression == "zstd" else content
