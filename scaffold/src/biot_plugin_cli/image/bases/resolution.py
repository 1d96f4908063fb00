"""From the name of a base image to its manifest for linux/amd64, its configuration and its layers.

What has a digest is asked for once and then cached, so that a base that is named by its digest needs no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.image.bases.foundation import DOCKER, OCI, Base
from biot_plugin_cli.image.bases.login import environment_login
from biot_plugin_cli.image.layer_reader import zstd_error
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import digest_of
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
        chosen = _choose(manifest, name)
        manifest = _fetch(registry, reference.repository, chosen.digest)
        if manifest.is_index:
            raise InvalidPlugin(f"{name} is an index of indexes: name the image for linux/amd64 itself, by its digest")
    configuration = _read_configuration(registry, reference.repository, manifest, name)
    _check_layers(manifest, configuration, name)
    cache = BlobCache(user_cache())
    plain = replace(reference, digest=None)
    return Base(
        name=str(plain),
        digest=manifest.digest,
        family=DOCKER if manifest.media_type == DOCKER.manifest else OCI,
        configuration=configuration,
        layers=tuple(_layer(registry, reference.repository, layer, cache) for layer in manifest.layers),
        registry=registry,
        repository=reference.repository,
        notes=() if reference.is_pinned else (_unpinned_note(plain, manifest.digest),),
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
    return [cache.fetch(base.registry, base.repository, layer.descriptor) for layer in base.layers]


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


def _check_layers(manifest: Manifest, configuration: Mapping[str, Any], name: str) -> None:
    rootfs = configuration.get("rootfs")
    diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if not isinstance(diff_ids, list) or len(diff_ids) != len(manifest.layers):
        raise InvalidPlugin(f"{name} does not have the layers that its configuration lists: choose another base")
    for layer in manifest.layers:
        compression = compression_of(layer.media_type)
        if compression is None:
            raise InvalidPlugin(
                f"{name} has a layer of the type {layer.media_type}, which registries do not distribute: choose "
                "another base"
            )
        if compression == "zstd":
            raise zstd_error(name)
        if compression != "gzip":
            raise InvalidPlugin(
                f"{name} has layers that are not compressed, which Lambda is not known to accept: copy it to a "
                "registry of yours with gzip, for example with skopeo copy --dest-compress-format gzip, and name that "
                "as the base"
            )


def _layer(registry: Registry, repository: str, descriptor: Descriptor, cache: BlobCache) -> Blob:
    blob = registry.blob(repository, descriptor)
    path = cache.find(descriptor)
    return replace(Blob.at(path, descriptor), origin=blob.origin) if path else blob


def _unpinned_note(reference: ImageReference, digest: str) -> str:
    named = replace(reference, digest=digest)
    return f'{reference} is {digest} at present: write base = "{named}" to have the same tomorrow'
