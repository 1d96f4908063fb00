"""The table `[tool.biot-plugin.image]`: what a plugin's container image is built on, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from biot_plugin_cli.manifest.members.container_image import IMAGE, Builder

__all__ = ["ImageSettings"]

_AWS_BASE = "public.ecr.aws/lambda/python"


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Settings of a container image.

    Attributes:
        base: The image that it is built on: a full name, `scratch`, or None for AWS's image of the runtime.
        builder: What builds it.
        dockerfile: What a container engine builds it from, relative to the plugin's folder.
    """

    base: str | None = None
    builder: Builder = IMAGE.settings["builder"].default
    dockerfile: str = IMAGE.settings["dockerfile"].default

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
