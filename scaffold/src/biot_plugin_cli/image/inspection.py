"""An image that exists already: in a registry, or as an OCI layout on this machine."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.image.bases.login import environment_login
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.digests import digest_of, require_digest
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.login import LoginSource
from biot_plugin_cli.registry.manifest import MAX_BYTES, Manifest
from biot_plugin_cli.registry.reference import ImageReference

__all__ = ["Inspected", "inspect"]

_Read = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Inspected:
    """An image as it is found.

    Attributes:
        manifest: Its manifest.
        configuration: Its configuration.
        place: Where it is.
    """

    manifest: Manifest
    configuration: Mapping[str, Any]
    place: str


def inspect(text: str, login: LoginSource = environment_login) -> Inspected:
    """Read an image's manifest and configuration.

    Args:
        text: The path of a layout, a folder or a `.tar`; or a reference to an image in a registry.
        login: The credentials for that registry.

    Raises:
        OperationFailed: The layout cannot be read, or has no image or several.
        RegistryRefused: There is no such image, or the registry refuses.
        RegistryUnreachable: The registry cannot be reached.
        InvalidReference: It is neither a path nor a reference.
    """
    path = Path(text)
    if path.is_dir():
        return _inspect_layout(path, lambda name: _read_file(path / name))
    if path.is_file():
        return _inspect_archive(path)
    if text.startswith(("/", "./", "../")):
        raise OperationFailed(f"There is no image at {text}: check the path")
    return _inspect_registry(ImageReference.parse(text), login)


def _inspect_layout(path: Path, read: _Read) -> Inspected:
    try:
        index = Manifest.parse(read("index.json"))
        if not index.is_index or len(index.manifests) != 1:
            raise OperationFailed(f"{path} has {len(index.manifests)} images, and not one: name another")
        manifest = Manifest.parse(_blob(read, index.manifests[0].digest))
        configuration = json.loads(_blob(read, manifest.config.digest))
    except (KeyError, FileNotFoundError, NotADirectoryError):
        raise OperationFailed(f"{path} is no OCI image layout: name what image build -o has written") from None
    except (OSError, ValueError, tarfile.TarError) as error:
        raise OperationFailed(f"{path} cannot be read ({error}): build the image again") from error
    return Inspected(manifest, _require_object(configuration, str(path)), str(path))


def _inspect_archive(path: Path) -> Inspected:
    try:
        with tarfile.open(path, mode="r:") as archive:

            def read(name: str) -> bytes:
                file = archive.extractfile(name)
                return file.read(MAX_BYTES + 1) if file else b""

            return _inspect_layout(path, read)
    except (OSError, tarfile.TarError) as error:
        raise OperationFailed(f"{path} is no archive of an image: name what image build -o has written") from error


def _inspect_registry(reference: ImageReference, login: LoginSource) -> Inspected:
    with Registry(reference.host, login) as registry:
        manifest = registry.fetch_manifest(reference.repository, reference.identifier)
        if manifest.is_index:
            raise InvalidPlugin(
                f"{reference} is an index of several images, which Lambda refuses: name one by its digest"
            )
        if manifest.config.size > MAX_BYTES:
            raise DamagedContent(f"The configuration of {reference} is too large: name another image")
        reader = registry.blob(reference.repository, manifest.config).open()
        content = b""
        try:
            while piece := reader.read(MAX_BYTES):
                content += piece
        finally:
            reader.close()
    try:
        return Inspected(manifest, _require_object(json.loads(content), str(reference)), str(reference))
    except ValueError:
        raise DamagedContent(f"The configuration of {reference} is no JSON: name another image") from None


def _blob(read: _Read, digest: str) -> bytes:
    content = read(f"blobs/{require_digest(digest).replace(':', '/')}")
    if digest_of(content) != digest:
        raise OperationFailed(f"The blob {digest} is damaged: build the image again")
    return content


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _require_object(document: object, place: str) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise DamagedContent(f"The configuration of {place} is no JSON object: name another image")
    return document
