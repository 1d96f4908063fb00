"""A build with a look at what Lambda would say of its result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast

from biot_plugin_cli.archive.cache_folder import scratch_folder
from biot_plugin_cli.errors import InvalidPlugin, UsageError
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.image.builder import build_image, predict_image
from biot_plugin_cli.image.lambda_rules import NO_ENTRY_POINT, find_image_problems
from biot_plugin_cli.image.layers.file_list import merge
from biot_plugin_cli.image.layers.reader import read_members
from biot_plugin_cli.image.problem import ImageProblem
from biot_plugin_cli.manifest.members.container_image import BUILDERS, Builder
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["building", "examine", "predict", "require_acceptable"]


@contextmanager
def building(plugin: Plugin, builder: str | None) -> Iterator[tuple[Image, list[ImageProblem]]]:
    """Build a plugin's image, showing progress, and yield it with its problems; its files exist meanwhile.

    Args:
        plugin: The plugin.
        builder: What builds it, as the user has typed it; None for what the manifest says.

    Raises:
        UsageError: There is no such builder.
        InvalidPlugin: The plugin is a zip plugin, or cannot run on Lambda.
        CliError: The image cannot be built.
    """
    chosen = _require_builder(plugin, builder)
    with scratch_folder(plugin.root) as folder:
        with showing_progress() as progress:
            image = build_image(plugin, folder, builder=chosen, progress=progress)
            problems = examine(image)
        yield image, problems


def predict(plugin: Plugin, builder: str | None) -> UnbuiltImage | None:
    """Return what an image will be, where that is known before it is built.

    Args:
        plugin: The plugin.
        builder: What builds it, as the user has typed it; None for what the manifest says.

    Raises:
        UsageError: There is no such builder.
        InvalidPlugin: The plugin is a zip plugin, or lacks its Dockerfile.
        OperationFailed: Something cannot be read.
    """
    return predict_image(plugin, builder=_require_builder(plugin, builder))


def examine(image: Image) -> list[ImageProblem]:
    """Find every problem of an image; files are looked at where an engine has made them.

    Args:
        image: The image.
    """
    files = None
    paths = [layer.path for layer in image.layers if layer.path]
    if image.builder != "layers" and len(paths) == len(image.layers):
        files = merge(read_members(path, "The image") for path in paths)
    return list(find_image_problems(image, files))


def require_acceptable(problems: Iterable[ImageProblem], *, on_lambda: bool = False) -> None:
    """Require an image without errors.

    Args:
        problems: Its problems.
        on_lambda: Whether Lambda will run it, and not the emulator, which needs less.

    Raises:
        InvalidPlugin: There is one; the message is the first.
    """
    for problem in problems:
        if problem.severity == "error" or (on_lambda and problem.code == NO_ENTRY_POINT):
            raise InvalidPlugin(str(problem))


def _require_builder(plugin: Plugin, builder: str | None) -> Builder | None:
    if builder is not None and builder not in BUILDERS:
        raise UsageError(f"There is no builder {builder!r}: use one of {', '.join(BUILDERS)}")
    if plugin.manifest.package != "image":
        raise InvalidPlugin(
            f"{plugin.manifest.name} is deployed as a zip, which biot-plugin package builds: for an image, set "
            "package = 'image' in pyproject.toml"
        )
    return cast(Builder | None, builder)
