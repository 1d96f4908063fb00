"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.completion import complete_environments

__all__ = ["AsJson", "BuilderOption", "EnvFile", "Environment", "Yes"]

Environment = Annotated[
    str | None,
    typer.Option(
        "--env",
        metavar="NAME",
        help="The environment, [tool.biot-plugin.env.NAME].",
        autocompletion=complete_environments,
    ),
]
EnvFile = Annotated[
    Path | None, typer.Option("--env-file", metavar="FILE", help="More environment variables, as NAME=VALUE lines.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
BuilderOption = Annotated[
    str | None,
    typer.Option(
        "--builder",
        metavar="NAME",
        help="What builds the image: layers (no container engine), or docker, podman, buildah, or engine for any of "
        "them.",
    ),
]
