"""What an image is built on: another image, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from biot_plugin_cli.registry import media_types
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry

__all__ = ["DOCKER", "EMPTY", "OCI", "Base", "Family"]


class Family(NamedTuple):
    """The media types of an image; a mixture of two families is refused by some programs.

    Attributes:
        manifest: That of the manifest.
        config: That of the configuration.
        layer: That of a layer that is compressed with gzip.
    """

    manifest: str
    config: str
    layer: str


OCI = Family(media_types.OCI_MANIFEST, media_types.OCI_CONFIG, media_types.OCI_LAYER)
DOCKER = Family(media_types.DOCKER_MANIFEST, media_types.DOCKER_CONFIG, media_types.DOCKER_LAYER)


@dataclass(frozen=True)
class Base:
    """What an image is built on.

    Attributes:
        name: Its name without a digest; empty for nothing.
        digest: The digest of its manifest for linux/amd64; empty for nothing.
        family: The media types of its manifest, and so of the image's.
        configuration: Its configuration.
        layers: Its layers, the lowest first.
        registry: The registry that it is in; None for nothing.
        repository: Its repository there.
        notes: What the user should know of it.
    """

    name: str
    digest: str
    family: Family
    configuration: Mapping[str, Any]
    layers: tuple[Blob, ...] = ()
    registry: Registry | None = field(default=None, compare=False)
    repository: str = ""
    notes: tuple[str, ...] = ()

    @property
    def container(self) -> Mapping[str, Any]:
        """How its container starts."""
        container = self.configuration.get("config")
        return container if isinstance(container, dict) else {}

    @property
    def entry_point(self) -> tuple[str, ...]:
        """Its entry point; empty if it has none."""
        parts = self.container.get("Entrypoint")
        return tuple(map(str, parts)) if isinstance(parts, list) else ()

    @property
    def variables(self) -> Mapping[str, str]:
        """Its environment variables."""
        lines = self.container.get("Env")
        pairs = (str(line).partition("=") for line in lines) if isinstance(lines, list) else ()
        return {name: text for name, _, text in pairs}

    @property
    def size(self) -> int:
        """The size of its layers in a registry, in bytes."""
        return sum(layer.descriptor.size for layer in self.layers)


EMPTY = Base("", "", OCI, {"architecture": "amd64", "os": "linux"})
"""No base: the image has only what is added to it."""
