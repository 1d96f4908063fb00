"""The build of a plugin's container image, by whatever builds it.

plugin -> layers, or a container engine -> image (manifest, configuration, layers, content hash, tag)
"""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.dependencies.stage import Progress
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.image.assembly import tag_of
from biot_plugin_cli.image.engines.dockerfile_builder import build_with_engine, hash_of_inputs
from biot_plugin_cli.image.layers_builder import build_of_layers
from biot_plugin_cli.manifest.image_settings import ImageSettings
from biot_plugin_cli.manifest.members.container_image import Builder
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Progress", "build_image", "predict_image"]


def build_image(
    plugin: Plugin, folder: Path, *, builder: Builder | None = None, progress: Progress = lambda _: None
) -> Image:
    """Build a plugin's image.

    Args:
        plugin: The plugin.
        folder: An empty folder in the plugin's cache, as of `scratch_folder`: the image's own layers are in it, so that
            it must remain for as long as the image is used.
        builder: What builds it; None for what the manifest says.
        progress: Receives a short description of each step.

    Raises:
        InvalidPlugin: It cannot run on Lambda, is too large, or its lock file is invalid.
        PluginImportError: A source file is not valid Python of the runtime's version.
        OperationFailed: It cannot be built on this machine.
        PlatformRefused: The registry of the base image refuses.
        PlatformUnreachable: The registry of the base image cannot be reached.
    """
    chosen = builder or ImageSettings.of(plugin.manifest.image).builder
    if chosen == "layers":
        return build_of_layers(plugin, folder, progress)
    return build_with_engine(plugin, folder, chosen, progress)


def predict_image(plugin: Plugin, *, builder: Builder | None = None) -> UnbuiltImage | None:
    """Return the content hash and the tag that an image will have, where that is known before it is built.

    Args:
        plugin: The plugin.
        builder: What builds it; None for what the manifest says.

    Returns:
        None where building is the only way to know, which takes a moment without a container engine.

    Raises:
        InvalidPlugin: There is no Dockerfile, or .dockerignore is invalid.
        OperationFailed: Something cannot be read.
    """
    chosen = builder or ImageSettings.of(plugin.manifest.image).builder
    if chosen == "layers":
        return None
    content_hash = hash_of_inputs(plugin)
    return UnbuiltImage(content_hash, tag_of(plugin.manifest.name, content_hash))
