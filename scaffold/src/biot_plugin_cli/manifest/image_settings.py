"""The table `[tool.biot-plugin.image]`: what a plugin's container image is built on, and with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal, Self, get_args

from biot_plugin_cli.manifest.nested_tables import SettingRule, find_table_problems
from biot_plugin_cli.manifest.problem import ManifestProblem
from biot_plugin_cli.registry.errors import InvalidReference
from biot_plugin_cli.registry.reference import ImageReference

__all__ = ["BUILDERS", "NO_BASE", "Builder", "ImageSettings", "find_image_problems", "is_base"]

Builder = Literal["layers", "engine", "docker", "podman", "buildah"]

BUILDERS: tuple[str, ...] = get_args(Builder)
"""What can build an image: this program itself, layer by layer, or a container engine, `engine` being any."""

NO_BASE = "scratch"
"""The base of an image that has only the plugin and its dependencies."""

_AWS_BASE = "public.ecr.aws/lambda/python"
_LONGEST = 512
_BASE_FORM = (
    "'scratch', or an image such as 'registry.example/lambda/python@sha256:...' or 'docker.io/library/python:3.13-slim'"
)


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Settings of a container image.

    Attributes:
        base: The image that it is built on: a full name, `scratch`, or None for AWS's image of the runtime.
        builder: What builds it.
        dockerfile: What a container engine builds it from, relative to the plugin's folder.
    """

    base: str | None = None
    builder: Builder = "layers"
    dockerfile: str = "Dockerfile"

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """Create the settings from a valid table."""
        return cls(**{key.replace("-", "_"): value for key, value in table.items()})

    def base_for(self, runtime: str) -> str:
        """Return the name of the base image, which is AWS's own unless the manifest has another one.

        Args:
            runtime: The plugin's runtime, such as `python3.13`.
        """
        return self.base or f"{_AWS_BASE}:{runtime.removeprefix('python')}"


def find_image_problems(value: Any, within: tuple[str, ...]) -> Iterator[ManifestProblem]:
    """Find every problem of a table `image`.

    Args:
        value: The table.
        within: The path of its parent below `tool.biot-plugin`.
    """
    return find_table_problems(value, (*within, "image"), _RULES)


def is_base(value: Any) -> bool:
    """Whether a value names a base image."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return False
    try:
        return value == NO_BASE or bool(ImageReference.parse(value))
    except InvalidReference:
        return False


def _is_path(value: Any) -> bool:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or "\0" in value:
        return False
    path = PurePosixPath(value)
    return not path.is_absolute() and ".." not in path.parts and path.name != ""


_RULES: Mapping[str, SettingRule] = {
    "base": (_BASE_FORM, is_base),
    "builder": (f"one of {', '.join(BUILDERS)}", lambda value: isinstance(value, str) and value in BUILDERS),
    "dockerfile": ("the path of a file in the plugin's folder, such as 'Dockerfile'", _is_path),
}
