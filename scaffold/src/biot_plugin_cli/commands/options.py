"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.optional_value import DEBUG_PORT
from biot_plugin_cli.commands.shell.completion import complete_environments

__all__ = [
    "AcceptOffered",
    "Action",
    "ApiId",
    "AsJson",
    "BuilderOption",
    "DebugPort",
    "DryRun",
    "EnforceTimeout",
    "EntityType",
    "EnvFile",
    "Environment",
    "Yes",
]

Environment = Annotated[
    str | None,
    typer.Option(
        "--env",
        metavar="NAME",
        help="The environment, [tool.biot-plugin.env.NAME].",
        autocompletion=complete_environments,
    ),
]
ApiId = Annotated[
    str | None, typer.Option("--api-id", metavar="API_ID", help="The API, for pre-request and post-request.")
]
EntityType = Annotated[
    str | None, typer.Option("--entity", metavar="TYPE", help="The entity type, for adapt-entity and notification.")
]
Action = Annotated[
    str | None, typer.Option("--action", metavar="ACTION", help="The action, for notification, such as _update.")
]
AcceptOffered = Annotated[
    bool, typer.Option("--online", help="Accept what the platform itself offers, also if it is not published.")
]
EnvFile = Annotated[
    Path | None, typer.Option("--env-file", metavar="FILE", help="More environment variables, as NAME=VALUE lines.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DebugPort = Annotated[
    int | None,
    typer.Option(
        "--debug",
        metavar="[PORT]",
        min=0,
        max=65535,
        help=f"Let a debugger attach on this machine, by default on port {DEBUG_PORT}; 0 takes a free one.",
    ),
]
EnforceTimeout = Annotated[
    bool, typer.Option("--enforce-timeout", help="With --debug: let the timeout count while a debugger is attached.")
]
BuilderOption = Annotated[
    str | None,
    typer.Option(
        "--builder",
        metavar="NAME",
        help="What builds the image: layers (no container engine), or docker, podman, buildah, or engine for any of "
        "them.",
    ),
]
