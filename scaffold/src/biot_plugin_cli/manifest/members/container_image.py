"""The members of `[tool.biot-plugin.image]`."""

from __future__ import annotations

from typing import Literal, get_args

from biot_plugin_cli.manifest.members.extra_rules import DOCKERFILE_PATH, IMAGE_REFERENCE, NO_BASE
from biot_plugin_cli.manifest.members.tables import Setting, SettingsTable
from biot_plugin_cli.manifest.members.values import Choice, Text

__all__ = ["BUILDERS", "IMAGE", "Builder"]

Builder = Literal["layers", "engine", "docker", "podman", "buildah"]

BUILDERS: tuple[str, ...] = get_args(Builder)
"""What can build an image: this program itself, layer by layer, or a container engine, `engine` being any."""

_LONGEST = 512

IMAGE = SettingsTable(
    "a table, [tool.biot-plugin.image]",
    {
        "base": Setting(
            Text(
                f"{NO_BASE!r}, or an image such as 'registry.example/lambda/python@sha256:...' or "
                "'docker.io/library/python:3.13-slim'",
                shortest=1,
                longest=_LONGEST,
                extra=IMAGE_REFERENCE,
            ),
            "The image that it is built on; without one, it is AWS's image of the runtime.",
        ),
        "builder": Setting(
            Choice(f"one of {', '.join(BUILDERS)}", BUILDERS),
            "What builds it: `biot-plugin` itself, layer by layer, or a container engine.",
            "layers",
        ),
        "dockerfile": Setting(
            Text(
                "the path of a file in the plugin's folder, such as 'Dockerfile'",
                r"^[^\x00/][^\x00]*$",
                longest=_LONGEST,
                extra=DOCKERFILE_PATH,
            ),
            "What a container engine builds it from, relative to the plugin's folder.",
            "Dockerfile",
        ),
    },
)
"""The settings of a container image."""
