"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.manifest.image_settings import Builder

__all__ = ["AsJson", "EnvFile", "Environment", "ImageBuilder", "Yes"]

Environment = Annotated[
    str | None, typer.Option("--env", metavar="NAME", help="The environment, [tool.biot-plugin.env.NAME].")
]
EnvFile = Annotated[
    Path | None, typer.Option("--env-file", metavar="FILE", help="More environment variables, as NAME=VALUE lines.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ImageBuilder = Annotated[
    Builder | None,
    typer.Option("--builder", help="What builds the container image; builder in [tool.biot-plugin.image] if left out."),
]
