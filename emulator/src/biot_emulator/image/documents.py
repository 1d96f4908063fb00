"""The two documents of an image: its manifest, which lists the blobs, and its configuration."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar

from biot_emulator.image.blobs import VerifiedReader
from biot_emulator.image.descriptor import Descriptor, is_digest
from biot_emulator.image.errors import InvalidImage
from biot_emulator.image.source import Source
from biot_emulator.wire_json import decode

__all__ = ["Config", "Manifest", "parse_config", "read_config", "read_manifest"]

_MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_MAX_CONFIG_BYTES = 8 * 1024 * 1024
_MAX_LAYERS = 1000
_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_VARIABLE = re.compile(r"[^=\0]+=[^\0]*", re.DOTALL)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an image consists of.

    Attributes:
        config: Its configuration.
        layers: Its layers, the lowest first.
    """

    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """What an image says of how it is run.

    Attributes:
        architecture: The processors that it is for, such as `amd64`.
        diff_ids: The digests of its uncompressed layers, the lowest first.
        entry_point: The program and its first arguments.
        command: The arguments after them, or the program where there is no entry point.
        environment: Its variables.
        folder: Its working folder; empty if it has none.
        labels: What it says of itself.
    """

    architecture: str
    diff_ids: tuple[str, ...]
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def read_manifest(source: Source) -> Manifest:
    """Read and check the manifest of an image.

    Raises:
        InvalidImage: It is not one that Lambda would take.
    """
    content = source.manifest.content
    _check_digest(source.manifest.digest, content)
    document = _parse_object(content, "manifest", _MAX_MANIFEST_BYTES)
    media_type = document.get("mediaType")
    if media_type in _INDEXES or "manifests" in document:
        raise InvalidImage("The image is an index of several images, which Lambda does not take: push one of them")
    if media_type not in (None, *_MANIFESTS) or document.get("schemaVersion") != 2:
        raise InvalidImage("The image's manifest is of a kind that Lambda does not take: push an OCI or Docker image")
    layers = document.get("layers")
    if not isinstance(layers, list) or len(layers) > _MAX_LAYERS:
        raise InvalidImage("The image's manifest has no list of layers that can be read: push the image again")
    return Manifest(Descriptor.parse(document.get("config")), tuple(map(Descriptor.parse, layers)))


def read_config(source: Source, manifest: Manifest) -> tuple[bytes, Config]:
    """Read and check the configuration of an image; return its bytes as well.

    Raises:
        InvalidImage: It does not fit the manifest, or no process can be run by it.
        OSError: It cannot be read.
    """
    if manifest.config.size > _MAX_CONFIG_BYTES:
        raise InvalidImage("The image's configuration is larger than 8 MB")
    with source.open_blob(manifest.config.digest) as file:
        content = _read_all(file, manifest.config)
    config = parse_config(content)
    if len(config.diff_ids) != len(manifest.layers):
        raise InvalidImage("The image's configuration lists other layers than its manifest: build the image again")
    return content, config


def parse_config(content: bytes) -> Config:
    """Read the configuration of an image.

    Raises:
        InvalidImage: No process can be run by it.
    """
    document = _parse_object(content, "configuration", _MAX_CONFIG_BYTES)
    if document.get("os") not in (None, "linux"):
        raise InvalidImage("The image is not for Linux, which Lambda runs: build it for linux/amd64")
    settings = _typed(document.get("config"), dict, "config", {})
    root = _typed(document.get("rootfs"), dict, "rootfs", {})
    diff_ids = _texts(root.get("diff_ids"), "diff_ids")
    if not all(map(is_digest, diff_ids)):
        raise _unreadable("diff_ids")
    return Config(
        architecture=_typed(document.get("architecture"), str, "architecture", ""),
        diff_ids=diff_ids,
        entry_point=_texts(settings.get("Entrypoint"), "Entrypoint"),
        command=_texts(settings.get("Cmd"), "Cmd"),
        environment=_environment(_texts(settings.get("Env"), "Env")),
        folder=_text(settings.get("WorkingDir") or "", "WorkingDir"),
        labels=_labels(_typed(settings.get("Labels"), dict, "Labels", {})),
    )


def _check_digest(digest: str, content: bytes) -> None:
    if not is_digest(digest) or hashlib.new(digest.partition(":")[0], content).hexdigest() != digest.partition(":")[2]:
        raise InvalidImage("The image's manifest is not the one with its digest: push the image again")


def _parse_object(content: bytes, name: str, most: int) -> dict[str, Any]:
    if len(content) > most:
        raise InvalidImage(f"The image's {name} is larger than {most // 1024**2} MB")
    try:
        document = decode(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidImage(f"The image's {name} is not a JSON object: push the image again")
    return document


def _read_all(file: IO[bytes], descriptor: Descriptor) -> bytes:
    reader = VerifiedReader(file, descriptor)
    content = b""
    while chunk := reader.read(descriptor.size + 1):
        content += chunk
    reader.finish()
    return content


def _typed(value: object, kind: type[_T], name: str, default: _T) -> _T:
    if value is None:
        return default
    if not isinstance(value, kind):
        raise _unreadable(name)
    return value


def _text(value: object, name: str) -> str:
    # What no program can get as an argument, and no file system has as a name.
    if not isinstance(value, str) or "\0" in value or value.encode(errors="replace").decode() != value:
        raise _unreadable(name)
    return value


def _texts(value: object, name: str) -> tuple[str, ...]:
    items: list[object] = _typed(value, list, name, [])
    return tuple(_text(item, name) for item in items)


def _environment(assignments: tuple[str, ...]) -> dict[str, str]:
    if not all(map(_VARIABLE.fullmatch, assignments)):
        raise _unreadable("Env")
    return {name: value for name, _, value in (text.partition("=") for text in assignments)}


def _labels(labels: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in labels.items()}


def _unreadable(name: str) -> InvalidImage:
    return InvalidImage(f"The image's configuration has a field [{name}] that cannot be read: build the image again")
