"""What AWS accepts as the image of a function: one image for Linux on x86-64, in layers that it can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from biot_emulator.errors import EmulatorError
from biot_emulator.registry.sources import ImageSource
from biot_emulator.wire_json import decode_request

__all__ = ["ImageNotSupported", "check_function_image"]

_CONFIG_TYPES = frozenset(
    {"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"}
)
_LAYER_TYPES = frozenset(
    {
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
    }
)
_PLATFORM = ("linux", "amd64")
_MAX_CONFIG_BYTES = 4 * 1024 * 1024
_MAX_IMAGE_BYTES = 10 * 1024**3
_ADVICE = "build it with --platform linux/amd64 --provenance=false"


class ImageNotSupported(EmulatorError):
    """A function cannot have an image."""


def check_function_image(source: ImageSource) -> None:
    """Check that a function can have an image.

    Raises:
        ImageNotSupported: It cannot.
        RegistryError: The image cannot be read.
    """
    manifest = source.manifest
    if manifest.is_index:
        raise ImageNotSupported(f"The tag names an index of images, not one image: {_ADVICE}")
    config, layers = manifest.document["config"], manifest.document.get("layers") or []
    if config["mediaType"] not in _CONFIG_TYPES:
        raise ImageNotSupported("The configuration is not that of a container image: push one")
    for layer in layers:
        if layer["mediaType"] not in _LAYER_TYPES:
            kind = layer["mediaType"][:100]
            raise ImageNotSupported(f"A layer has the media type [{kind}]: compress each layer with gzip")
    if sum(layer["size"] for layer in layers) > _MAX_IMAGE_BYTES:
        raise ImageNotSupported("The image has more than 10 GB: make it smaller")
    _check_platform(_configuration(source, config["digest"], config["size"]))


def _check_platform(configuration: dict[str, Any]) -> None:
    platform = configuration.get("os"), configuration.get("architecture")
    if platform != _PLATFORM:
        shown = "/".join(str(part)[:50] for part in platform)
        raise ImageNotSupported(f"The image is for [{shown}], not for [linux/amd64]: {_ADVICE}")
    if not all(map(str.strip, _texts(configuration))):
        raise ImageNotSupported("The image has an empty entry point: set it, or leave it out")


def _texts(configuration: dict[str, Any]) -> Iterator[str]:
    entry_point = (configuration.get("config") or {}).get("Entrypoint") or []
    yield from map(str, entry_point[:1])


def _configuration(source: ImageSource, digest: str, size: int) -> dict[str, Any]:
    if size > _MAX_CONFIG_BYTES:
        raise ImageNotSupported("The configuration of the image is too large")
    with source.open_blob(digest) as file:
        content = file.read(_MAX_CONFIG_BYTES + 1)
    try:
        document = decode_request(content)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise ImageNotSupported("The configuration of the image is not that of a container image")
    return document
