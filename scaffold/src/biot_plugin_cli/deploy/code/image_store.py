"""Images that were deployed, stored for rollback without the layers of their bases, which registries have.

A folder has a file for each image, and the blobs of all of them by digest, as in an OCI image layout. So what several
versions share, such as the layer of their dependencies, is there once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from biot_plugin_cli.deploy.code.deployable import Saved
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.artifact import Image, ImageBase
from biot_plugin_cli.image.bases.login import environment_login
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.reference import ImageReference
from biot_plugin_cli.registry.transfers.download import save
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["SUFFIX", "load_image", "remove_unused_blobs", "save_image"]

SUFFIX = ".image"
"""The suffix of the file of an image."""

_BLOBS = Path("blobs", "sha256")
_DIGITS = 64


def save_image(image: Image, folder: Path, name: str) -> Saved:
    """Save an image.

    Args:
        image: The image.
        folder: The folder of all of them.
        name: A name for it, without a suffix.

    Raises:
        OperationFailed: It cannot be written.
    """
    for blob in (image.config, *image.own_layers):
        _save_blob(blob, folder / _BLOBS)
    base = image.base
    document = {
        "manifest": image.manifest.content.decode(),
        "mediaType": image.manifest.media_type,
        "contentHash": image.content_hash,
        "tag": image.tag,
        "builder": image.builder,
        "base": base and {"name": base.name, "digest": base.digest, "layers": base.layers},
    }
    content = json.dumps(document, indent=2).encode()
    file = folder / f"{name}{SUFFIX}"
    write_atomically(file, content)
    return Saved(file, hashlib.sha256(content).hexdigest())


def load_image(file: Path, content: bytes) -> Image:
    """Load an image; its blobs are verified when they are sent.

    Args:
        file: Its file.
        content: The content of the file, which is as it was written.

    Raises:
        OperationFailed: A blob of it is missing.
        UsageError: The name of its base is no longer valid.
    """
    document: dict[str, Any] = json.loads(content)
    manifest = Manifest.parse(document["manifest"].encode(), document["mediaType"])
    base = ImageBase(**document["base"]) if document["base"] else None
    inherited = base.layers if base else 0
    folder = file.parent / _BLOBS
    below = _base_layers(base, manifest.layers[:inherited]) if base else ()
    own = (Blob.at(_existing(folder, layer.digest, file), layer) for layer in manifest.layers[inherited:])
    config = Blob.at(_existing(folder, manifest.config.digest, file), manifest.config)
    return Image(
        manifest=manifest,
        config=config,
        layers=(*below, *own),
        content_hash=document["contentHash"],
        tag=document["tag"],
        builder=document["builder"],
        base=base,
    )


def remove_unused_blobs(folder: Path) -> None:
    """Remove the blobs of images that are not in a folder any more."""
    used = {digest for file in folder.glob(f"*{SUFFIX}") for digest in _digests(file)}
    for blob in (folder / _BLOBS).glob("*"):
        if len(blob.name) == _DIGITS and f"sha256:{blob.name}" not in used:
            blob.unlink(missing_ok=True)


def _save_blob(blob: Blob, folder: Path) -> None:
    path = folder / blob.descriptor.digest.partition(":")[2]
    if path.exists() and path.stat().st_size == blob.descriptor.size:
        return
    save(blob.open(), path)


def _base_layers(base: ImageBase, layers: Sequence[Descriptor]) -> tuple[Blob, ...]:
    """Describe the layers of a base, which are streamed from its registry where another one lacks them."""
    reference = ImageReference.parse(base.name)
    registry = Registry(reference.host, environment_login)
    return tuple(registry.blob(reference.repository, layer) for layer in layers)


def _existing(folder: Path, digest: str, file: Path) -> Path:
    path = folder / digest.partition(":")[2]
    if not path.is_file():
        raise OperationFailed(f"{file} lacks its blob {digest}: check out the older code and deploy it")
    return path


def _digests(file: Path) -> Iterator[str]:
    try:
        manifest = json.loads(json.loads(file.read_bytes())["manifest"])
    except (OSError, ValueError, KeyError):
        return
    yield manifest["config"]["digest"]
    yield from (layer["digest"] for layer in manifest["layers"])
