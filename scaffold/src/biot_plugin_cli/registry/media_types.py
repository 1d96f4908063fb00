"""The media types of manifests, configurations and layers, of OCI and of Docker's schema 2."""

from __future__ import annotations

__all__ = [
    "ACCEPTED",
    "DOCKER_CONFIG",
    "DOCKER_INDEX",
    "DOCKER_LAYER",
    "DOCKER_MANIFEST",
    "INDEXES",
    "MANIFESTS",
    "OCI_CONFIG",
    "OCI_INDEX",
    "OCI_LAYER",
    "OCI_LAYER_PLAIN",
    "OCI_LAYER_ZSTD",
    "OCI_MANIFEST",
    "compression_of",
    "is_layer",
]

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER_PLAIN = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER = f"{OCI_LAYER_PLAIN}+gzip"
OCI_LAYER_ZSTD = f"{OCI_LAYER_PLAIN}+zstd"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_DOCKER_LAYER_PLAIN = "application/vnd.docker.image.rootfs.diff.tar"
_DOCKER_LAYER_ZSTD = "application/vnd.docker.image.rootfs.diff.tar.zstd"

MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
"""Manifests of one image."""

INDEXES = frozenset({OCI_INDEX, DOCKER_INDEX})
"""Indexes of images for several platforms."""

ACCEPTED = ", ".join((OCI_MANIFEST, DOCKER_MANIFEST, OCI_INDEX, DOCKER_INDEX))
"""What a request for a manifest accepts. Without it, registries convert manifests, or refuse them."""

_COMPRESSIONS = {
    OCI_LAYER_PLAIN: "",
    OCI_LAYER: "gzip",
    OCI_LAYER_ZSTD: "zstd",
    _DOCKER_LAYER_PLAIN: "",
    DOCKER_LAYER: "gzip",
    _DOCKER_LAYER_ZSTD: "zstd",
}


def is_layer(media_type: str) -> bool:
    """Tell whether a media type is that of a layer that registries distribute."""
    return media_type in _COMPRESSIONS


def compression_of(media_type: str) -> str | None:
    """Return `gzip`, `zstd` or, for a layer that is not compressed, an empty text; None if it is no layer's type."""
    return _COMPRESSIONS.get(media_type)
