"""OCI image layouts (image-layout.md): images as folders, or as tar archives of such a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.configuration import canonical_json
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.media_types import OCI_INDEX

__all__ = ["write_layout"]

_VERSION = canonical_json({"imageLayoutVersion": "1.0.0"})
_PIECE = 1024 * 1024


def write_layout(image: Image, folder: Path) -> None:
    """Write an image as a layout.

    Args:
        image: The image; a base that is in a registry is downloaded.
        folder: An empty folder.

    Raises:
        OperationFailed: It cannot be written, or the registry sends something else than the manifest says.
    """
    manifest = Blob.from_bytes(image.manifest.content, image.manifest.media_type)
    descriptor = {**manifest.descriptor.dump(), "annotations": {"org.opencontainers.image.ref.name": image.tag}}
    platform = {"architecture": image.configuration["architecture"], "os": image.configuration["os"]}
    index = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [{**descriptor, "platform": platform}],
    }
    try:
        for blob in {blob.descriptor.digest: blob for blob in (*image.blobs, manifest)}.values():
            _write_blob(blob, folder)
        (folder / "oci-layout").write_bytes(_VERSION)
        (folder / "index.json").write_bytes(canonical_json(index))
    except OSError as error:
        raise OperationFailed(f"Cannot write {folder} ({error.strerror}): make room, or make it writable") from error


def _write_blob(blob: Blob, folder: Path) -> None:
    algorithm, _, digits = blob.descriptor.digest.partition(":")
    path = folder / "blobs" / algorithm / digits
    path.parent.mkdir(parents=True, exist_ok=True)
    hashed = hashlib.new(algorithm)
    with path.open("wb") as file:
        for piece in _pieces(blob):
            hashed.update(piece)
            file.write(piece)
    if hashed.hexdigest() != digits:
        path.unlink()
        raise OperationFailed(f"The content of {blob.descriptor.digest} was damaged on its way: run this again")


def _pieces(blob: Blob) -> Iterator[bytes]:
    reader = blob.open()
    try:
        while piece := reader.read(_PIECE):
            yield piece
    finally:
        reader.close()
