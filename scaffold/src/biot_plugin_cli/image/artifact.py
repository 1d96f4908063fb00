"""An image: its manifest, its configuration, and its layers wherever their bytes are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.manifest import Manifest

__all__ = ["Image", "ImageBase", "UnbuiltImage"]


@dataclass(frozen=True, slots=True)
class ImageBase:
    """What an image is built on.

    Attributes:
        name: Its name as the manifest of the plugin has it, without a digest.
        digest: The digest of its manifest for linux/amd64.
        layers: How many of the image's layers are its own, the lowest ones.
    """

    name: str
    digest: str
    layers: int


@dataclass(frozen=True)
class Image:
    """An image that was built.

    Attributes:
        manifest: The manifest, as the bytes that are hashed and sent.
        config: The configuration.
        layers: The layers, the lowest first.
        content_hash: The content hash; another one means another version of the plugin.
        tag: The tag that it is pushed with, which follows from the content hash.
        builder: What built it.
        base: What it is built on; None for nothing, or if a Dockerfile says it.
        unpacked_size: The size of all files in its layers in bytes, as far as it is known; those of a base that was
            not downloaded count compressed.
        notes: Notes for the user.
        bill: The bill of materials: of its own layers, or of what is found in one that an engine has built; None for
            an image that was built some time before.
    """

    manifest: Manifest
    config: Blob
    layers: tuple[Blob, ...]
    content_hash: str
    tag: str
    builder: str
    base: ImageBase | None = None
    unpacked_size: int = 0
    notes: tuple[str, ...] = ()
    bill: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """The digest of the manifest."""
        return self.manifest.digest

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """All blobs, in the order in which they are pushed."""
        return (*self.layers, self.config)

    @property
    def own_layers(self) -> tuple[Blob, ...]:
        """The layers that are not those of the base."""
        return self.layers[self.base.layers if self.base else 0 :]

    @property
    def size(self) -> int:
        """The size of everything that a registry stores of it, in bytes."""
        return len(self.manifest.content) + sum(blob.descriptor.size for blob in self.blobs)

    @cached_property
    def configuration(self) -> Mapping[str, Any]:
        """The configuration, parsed."""
        reader = self.config.open()
        try:
            document: Mapping[str, Any] = json.loads(_read_all(reader, self.config.descriptor))
        finally:
            reader.close()
        return document

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels."""
        labels: Mapping[str, str] = (self.configuration.get("config") or {}).get("Labels") or {}
        return labels


@dataclass(frozen=True, slots=True)
class UnbuiltImage:
    """An image that need not be built, since the place that it is for has it already.

    Attributes:
        content_hash: The content hash that it has.
        tag: The tag that it has.
        digest: The digest of the manifest there; empty if it is unknown.
    """

    content_hash: str
    tag: str
    digest: str = ""


def _read_all(reader: Any, descriptor: Descriptor) -> bytes:
    content = b""
    while piece := reader.read(descriptor.size - len(content) + 1):
        content += piece
    return content
