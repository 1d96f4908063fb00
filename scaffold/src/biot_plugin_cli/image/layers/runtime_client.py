"""AWS's runtime client for a base that has none: a layer of its own, in a version that is pinned here.

It is installed from the plugin's own package index, by uv or pip like all dependencies, and its hashes are those of
PyPI.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from biot_plugin_cli.dependencies.components import Component
from biot_plugin_cli.dependencies.stage import Progress, Selection
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.layers.dependencies import build_dependency_layer
from biot_plugin_cli.image.layers.writer import AddedLayer
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["CLIENT", "CLIENT_FOLDER", "build_client_layer"]

CLIENT = "awslambdaric"
"""The name of the distribution, and of the module that is run."""

CLIENT_FOLDER = "/opt/biot-plugin/runtime"
"""Where it is in an image."""

_REQUIREMENTS = "runtime-client.txt"


def build_client_layer(
    plugin: Plugin, python: Path | None, folder: Path, progress: Progress, mtime: int
) -> tuple[AddedLayer, tuple[Component, ...]]:
    """Build the layer of the runtime client.

    Args:
        plugin: The plugin.
        python: The interpreter to compile with; no bytecode is added when None.
        folder: A folder to create, for the layer.
        progress: Receives each slow step.
        mtime: The time that all files have.

    Returns:
        The layer, and the distributions in it.

    Raises:
        OperationFailed: It cannot be installed.
    """
    text = resources.files("biot_plugin_cli.image.layers").joinpath(_REQUIREMENTS).read_text(encoding="utf-8")
    requirements = [" ".join(line.split()) for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    try:
        built = build_dependency_layer(
            Selection(requirements, {}), plugin.root, plugin.target, python, folder, progress,
            place=CLIENT_FOLDER, mtime=mtime,
        )  # fmt: skip
    except OperationFailed as error:
        raise OperationFailed(
            f"The base image has no runtime client, and {CLIENT} cannot be added to it: {error}"
        ) from error
    return AddedLayer(built.layer, f"runtime client, {requirements[0].partition(' ')[0]}"), built.components
