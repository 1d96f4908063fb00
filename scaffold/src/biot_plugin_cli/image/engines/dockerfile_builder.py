"""The builder that has a container engine build the repository's Dockerfile.

Dockerfile + files -> hash -> engine -> archive -> layers, configuration with labels -> manifest
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.stage import Progress
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.assembly import make_manifest, tag_of
from biot_plugin_cli.image.bases.foundation import OCI
from biot_plugin_cli.image.build_time import build_time
from biot_plugin_cli.image.configuration import canonical_json, complete_history, with_labels
from biot_plugin_cli.image.engines.commands import find_engine
from biot_plugin_cli.image.engines.context import PLATFORM, BuildContext
from biot_plugin_cli.image.engines.distributions import find_distributions
from biot_plugin_cli.image.engines.saved_archive import SavedImage, read_archive
from biot_plugin_cli.image.labels import make_labels
from biot_plugin_cli.manifest.image_settings import ImageSettings
from biot_plugin_cli.manifest.members.container_image import Builder
from biot_plugin_cli.package.sbom import bill_of_materials
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.descriptor import Descriptor

__all__ = ["build_with_engine", "hash_of_inputs"]


def build_with_engine(plugin: Plugin, folder: Path, builder: Builder, progress: Progress) -> Image:
    """Build the image of a plugin; the arguments and errors are those of `build_image`."""
    context = BuildContext.read(plugin.root, ImageSettings.of(plugin.manifest.image).dockerfile)
    engine = find_engine(builder)
    progress("Collecting what the image is built from")
    content_hash = context.copy_to(folder / "context", build_time())
    (dockerfile := folder / "Dockerfile").write_bytes(context.dockerfile)
    progress(f"Building the image with {engine.name}")
    engine.build(plugin.manifest.name, folder / "context", dockerfile, folder / "saved.tar")
    progress("Reading the image")
    saved = read_archive(folder / "saved.tar", folder)
    (folder / "saved.tar").unlink()
    image = _make_image(plugin, saved, content_hash, engine.name)
    progress("Listing the distributions in the image")
    layers = (layer.path for layer in saved.layers)
    components = find_distributions(layers, folder / "distributions", plugin.target.marker_environment)
    direct = Project.of(plugin.root, plugin.file.document).direct
    return replace(image, bill=bill_of_materials(plugin.manifest, content_hash, components, direct, {}))


def hash_of_inputs(plugin: Plugin) -> str:
    """Return the content hash that an image has that an engine builds, without building it.

    Raises:
        InvalidPlugin: There is no Dockerfile, or .dockerignore is invalid.
        OperationFailed: Something cannot be read.
    """
    return BuildContext.read(plugin.root, ImageSettings.of(plugin.manifest.image).dockerfile).hash()


def _make_image(plugin: Plugin, saved: SavedImage, content_hash: str, builder: str) -> Image:
    platform = f"{saved.configuration.get('os')}/{saved.configuration.get('architecture')}"
    if platform != PLATFORM:
        raise InvalidPlugin(
            f"{builder} has built an image for {platform}, and the plugin runs on {PLATFORM}: remove --platform from "
            "the Dockerfile, and choose a base for that platform"
        )
    labels = make_labels(plugin, content_hash, None)
    history = complete_history(saved.configuration.get("history") or (), len(saved.layers))
    document = with_labels({**saved.configuration, "history": history}, labels)
    config = Blob.from_bytes(canonical_json(document), OCI.config)
    layers = tuple(Blob.at(layer.path, Descriptor(OCI.layer, layer.digest, layer.size)) for layer in saved.layers)
    return Image(
        manifest=make_manifest(OCI, config, layers, labels),
        config=config,
        layers=layers,
        content_hash=content_hash,
        tag=tag_of(plugin.manifest.name, content_hash),
        builder=builder,
        unpacked_size=sum(layer.unpacked_size for layer in saved.layers),
    )
