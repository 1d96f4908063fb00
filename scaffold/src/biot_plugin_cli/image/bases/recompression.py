"""Layers of a base that are not compressed with gzip, compressed with it: Lambda is not known to accept others."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.layers.reader import PlainReader
from biot_plugin_cli.image.layers.writer import Compressor
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.compression import PlainLayer
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.pull_cache import trim, user_cache
from biot_plugin_cli.terminal.scratch import scratch_folder

__all__ = ["recompress"]

_PIECE = 1024 * 1024


def recompress(layer: Blob, diff_id: str, media_type: str) -> Blob:
    """Compress a layer with gzip, once.

    Args:
        layer: The layer, compressed with zstd or not at all.
        diff_id: The digest of its uncompressed content.
        media_type: The media type of the result.

    Raises:
        DamagedContent: It has another content.
        OperationFailed: It cannot be written.
    """
    path = user_cache().with_name("recompressed") / f"{diff_id.replace(':', '-')}.tar.gz"
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with scratch_folder(path.parent, "layer-") as scratch:
                _write(layer, diff_id, scratch / path.name)
                # Nobody finds a part of it.
                (scratch / path.name).replace(path)
            trim(path.parent)
        except OSError as error:
            raise OperationFailed(f"Cannot write {path} ({error.strerror}): make room there") from error
    with suppress(OSError):
        # It stays for as long as it is used.
        os.utime(path)
    return Blob.from_file(path, media_type)


def _write(layer: Blob, diff_id: str, path: Path) -> None:
    with (
        closing(PlainLayer(layer.open(), layer.descriptor.media_type)) as content,
        path.open("wb") as file,
        closing(Compressor(file)) as compressor,
    ):
        plain = PlainReader(content)
        while piece := plain.read(_PIECE):
            compressor.write(piece)
    if plain.diff_id != diff_id:
        raise DamagedContent("A layer of the base has another content than its configuration says: choose another base")
