"""A whole image to a registry: blobs first, the manifest last, and nothing if the tag has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.manifest import Manifest

__all__ = ["Pushed", "PushedImage", "push_image"]


class PushedImage(Protocol):
    """An image that can be pushed."""

    @property
    def manifest(self) -> Manifest:
        """The manifest."""
        ...

    @property
    def config(self) -> Blob:
        """The configuration."""
        ...

    @property
    def layers(self) -> Sequence[Blob]:
        """The layers, the lowest first."""
        ...


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Attributes:
        digest: The digest of the manifest.
        was_there: Whether the tag had the image before.
        blobs_sent: How many blobs were sent.
        bytes_sent: How many of their bytes were sent.
    """

    digest: str
    was_there: bool
    blobs_sent: int
    bytes_sent: int


def push_image(registry: Registry, repository: str, tag: str, image: PushedImage) -> Pushed:
    """Push an image to a tag. Until all of it is there, the tag is what it was.

    Args:
        registry: The registry.
        repository: The repository.
        tag: The tag.
        image: The image.

    Raises:
        DamagedContent: The bytes of a blob are not what its descriptor says, or the registry has stored other ones.
        RegistryRefused: The registry refuses.
        RegistryUnreachable: The registry cannot be reached, or the connection broke too often.
    """
    before = registry.bytes_sent
    present = registry.find_manifest(repository, tag)
    if present is not None and present.digest == image.manifest.digest:
        return Pushed(image.manifest.digest, was_there=True, blobs_sent=0, bytes_sent=0)
    blobs = {blob.descriptor.digest: blob for blob in (*image.layers, image.config)}
    sent = sum(registry.push_blob(repository, blob) for blob in blobs.values())
    registry.push_manifest(repository, tag, image.manifest)
    return Pushed(image.manifest.digest, was_there=False, blobs_sent=sent, bytes_sent=registry.bytes_sent - before)
