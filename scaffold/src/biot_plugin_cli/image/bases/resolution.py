"""From the name of a base image to its manifest for linux/amd64, its configuration and its layers.

What has a digest is asked for once and then cached, so that a base that is named by its digest needs no network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.image.bases.foundation import DOCKER, OCI, Base, Family
from biot_plugin_cli.image.bases.login import environment_login
from biot_plugin_cli.image.bases.recompression import recompress
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import digest_of, require_digest
from biot_plugin_cli.registry.errors import DamagedContent
from biot_plugin_cli.registry.login import LoginSource
from biot_plugin_cli.registry.manifest import MAX_BYTES, Manifest
from biot_plugin_cli.registry.media_types import compression_of
from biot_plugin_cli.registry.pull_cache import BlobCache, user_cache
from biot_plugin_cli.registry.reference import ImageReference
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["download_layers", "resolve_base"]

_SYSTEM, _ARCHITECTURE = "linux", "amd64"
_VARIANTS = (None, "", "v1")
_MAX_LISTED = 10


def resolve_base(name: str, login: LoginSource = environment_login) -> Base:
    """Resolve a base image. Nothing but its manifest and configuration is downloaded.

    Args:
        name: Its name, with a tag or a digest.
        login: The credentials for its registry.

    Raises:
        InvalidPlugin: It is for another system or processor, or has layers that Lambda does not accept.
        RegistryRefused: There is no such image, or the registry refuses.
        RegistryUnreachable: The registry cannot be reached.
        OperationFailed: What the registry sends is damaged.
    """
    reference = ImageReference.parse(name)
    registry = Registry(reference.host, login)
    manifest = _fetch(registry, reference.repository, reference.identifier)
    if manifest.is_index:
        manifest = _fetch(registry, reference.repository, _choose(manifest, name).digest)
        if manifest.is_index:
            raise InvalidPlugin(f"{name} is an index of indexes: name the image for linux/amd64 itself, by its digest")
    configuration = _read_configuration(registry, reference.repository, manifest, name)
    diff_ids = _check_layers(manifest, configuration, name)
    family = DOCKER if manifest.media_type == DOCKER.manifest else OCI
    cache, plain = BlobCache(user_cache()), replace(reference, digest=None)
    layers = zip(manifest.layers, diff_ids, strict=True)
    return Base(
        name=str(plain),
        digest=manifest.digest,
        family=family,
        configuration=configuration,
        layers=tuple(_layer(registry, reference.repository, *layer, family, cache) for layer in layers),
        registry=registry,
        repository=reference.repository,
        notes=tuple(_notes(reference, manifest)),
    )


def download_layers(base: Base) -> list[Path]:
    """Download the layers of a base, unless they are cached.

    Raises:
        OperationFailed: They cannot be written, or the registry sends something else.
        RegistryRefused: The registry refuses.
        RegistryUnreachable: The registry cannot be reached.
    """
    if base.registry is None:
        return []
    cache = BlobCache(user_cache())
    return [layer.path or cache.fetch(base.registry, base.repository, layer.descriptor) for layer in base.layers]


def _fetch(registry: Registry, repository: str, identifier: str) -> Manifest:
    """Fetch a manifest, from the cache if its digest is known."""
    cached = user_cache().with_name("manifests") / identifier.replace(":", "/")
    if ":" in identifier:
        with suppress(OSError, DamagedContent):
            content = cached.read_bytes()
            if digest_of(content) == identifier:
                return Manifest.parse(content)
    manifest = registry.fetch_manifest(repository, identifier)
    path = user_cache().with_name("manifests") / manifest.digest.replace(":", "/")
    with suppress(OSError, OperationFailed):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, manifest.content)
    return manifest


def _choose(index: Manifest, name: str) -> Descriptor:
    for descriptor in index.manifests:
        platform = descriptor.platform
        is_wanted = (platform.get("os"), platform.get("architecture")) == (_SYSTEM, _ARCHITECTURE)
        if is_wanted and platform.get("variant") in _VARIANTS:
            return descriptor
    names = {f"{item.platform.get('os')}/{item.platform.get('architecture')}" for item in index.manifests}
    listed = ", ".join(sorted(names - {"unknown/unknown", "None/None"})[:_MAX_LISTED]) or "no platform at all"
    raise InvalidPlugin(f"{name} is for {listed}, and the plugin runs on linux/amd64: choose another base")


def _read_configuration(registry: Registry, repository: str, manifest: Manifest, name: str) -> Mapping[str, Any]:
    if manifest.config.size > MAX_BYTES:
        raise InvalidPlugin(
            f"The configuration of {name} is larger than {MAX_BYTES // 1024**2} MB: choose another base"
        )
    path = BlobCache(user_cache()).fetch(registry, repository, manifest.config)
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict):
        raise InvalidPlugin(
            f"{name} is no container image, as its configuration is no JSON object: choose another base"
        )
    platform = f"{document.get('os')}/{document.get('architecture')}"
    if platform != f"{_SYSTEM}/{_ARCHITECTURE}" or document.get("variant") not in _VARIANTS:
        raise InvalidPlugin(f"{name} is for {platform}, and the plugin runs on linux/amd64: choose another base")
    return document


def _check_layers(manifest: Manifest, configuration: Mapping[str, Any], name: str) -> list[str]:
    """Check the layers, and return the digests of their uncompressed contents."""
    rootfs = configuration.get("rootfs")
    diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if not isinstance(diff_ids, list) or len(diff_ids) != len(manifest.layers):
        raise InvalidPlugin(f"{name} does not have the layers that its configuration lists: choose another base")
    for layer in manifest.layers:
        if compression_of(layer.media_type) is None:
            raise InvalidPlugin(
                f"{name} has a layer of the type {layer.media_type}, which registries do not distribute: choose "
                "another base"
            )
    return [str(diff_id) for diff_id in map(require_digest, diff_ids)]


def _layer(
    registry: Registry, repository: str, descriptor: Descriptor, diff_id: str, family: Family, cache: BlobCache
) -> Blob:
    blob = registry.blob(repository, descriptor)
    if compression_of(descriptor.media_type) != "gzip":
        return recompress(blob, diff_id, family.layer)
    path = cache.find(descriptor)
    return replace(Blob.at(path, descriptor), origin=blob.origin) if path else blob


def _notes(reference: ImageReference, manifest: Manifest) -> Iterator[str]:
    if not reference.is_pinned:
        named = replace(reference, digest=manifest.digest)
        yield f'{reference} is {manifest.digest} at present: write base = "{named}" to have the same tomorrow'
    if any(compression_of(layer.media_type) != "gzip" for layer in manifest.layers):
        yield f"Layers of {reference} are compressed with gzip here, as Lambda is not known to accept others"
