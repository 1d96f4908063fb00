"""An image of a base and what is added to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from biot_plugin_cli.archive.content_hash import content_hash
from biot_plugin_cli.image.artifact import Image, ImageBase
from biot_plugin_cli.image.bases.contents import known_contents
from biot_plugin_cli.image.bases.foundation import OCI, Base, Family
from biot_plugin_cli.image.build_time import build_time
from biot_plugin_cli.image.configuration import (
    Start,
    canonical_json,
    hash_document,
    make_configuration,
    with_labels,
)
from biot_plugin_cli.image.labels import make_labels
from biot_plugin_cli.image.layers.writer import AddedLayer
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.manifest import Manifest

__all__ = ["assemble", "make_manifest", "tag_of"]

_HASH_DIGITS = 32


def assemble(plugin: Plugin, base: Base, added: Sequence[AddedLayer], start: Start, notes: Sequence[str]) -> Image:
    """Assemble the image of a plugin.

    Args:
        plugin: The plugin.
        base: What it is built on.
        added: The layers to add, the lowest first.
        start: How its container starts.
        notes: Notes for the user.
    """
    document = make_configuration(base.configuration, added, start, build_time())
    code = _content_hash(base, added, document)
    labels = make_labels(plugin, code, base)
    config = Blob.from_bytes(canonical_json(with_labels(document, labels)), base.family.config)
    own = (Descriptor(base.family.layer, item.layer.digest, item.layer.size) for item in added)
    layers = (*base.layers, *(Blob.at(item.layer.path, layer) for item, layer in zip(added, own, strict=True)))
    return Image(
        manifest=make_manifest(base.family, config, layers, labels),
        config=config,
        layers=layers,
        content_hash=code,
        tag=tag_of(plugin.manifest.name, code),
        builder="layers",
        base=ImageBase(base.name, base.digest, len(base.layers)) if base.digest else None,
        unpacked_size=_base_size(base) + sum(item.layer.unpacked_size for item in added),
        notes=tuple(notes),
    )


def make_manifest(family: Family, config: Blob, layers: Sequence[Blob], annotations: Mapping[str, str]) -> Manifest:
    """Make the manifest of an image.

    Args:
        family: The media types; Docker's have no annotations.
        config: The configuration.
        layers: The layers, the lowest first; those of a base have its descriptors, byte by byte.
        annotations: The annotations.
    """
    document: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": family.manifest,
        "config": config.descriptor.dump(),
        "layers": [layer.descriptor.dump() for layer in layers],
        **({"annotations": dict(annotations)} if family == OCI else {}),
    }
    return Manifest.parse(canonical_json(document), family.manifest)


def tag_of(name: str, code: str) -> str:
    """Return the tag of an image, which is the same wherever it is built.

    Args:
        name: The plugin's name.
        code: The image's content hash.
    """
    tag = f"{name}-{code[:_HASH_DIGITS]}"
    return tag if re.match(r"\w", tag, re.ASCII) else f"_{tag}"


def _base_size(base: Base) -> int:
    contents = known_contents(base)
    return contents.unpacked_size if contents else base.size


def _content_hash(base: Base, added: Sequence[AddedLayer], configuration: Mapping[str, Any]) -> str:
    """Hash what determines how the plugin runs.

    As for zip files, bytecode and what installers write of themselves do not count, so that another build of Python or
    zlib is no other version of the plugin. Of a base, its digest counts, and not its name.
    """
    container = {name: value for name, value in configuration["config"].items() if name != "Labels"}
    return hash_document(
        {
            "base": base.digest,
            "layers": [content_hash(item.layer.files) for item in added],
            "platform": [configuration["os"], configuration["architecture"]],
            "config": container,
        }
    )
