"""`biot-plugin dev`: the platform on this machine, with this plugin on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["dev"]


def dev(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The platform's port; 0 takes a free one.")] = 8787,
    env_file: Annotated[
        Path | None, typer.Option("--env-file", metavar="FILE", help="More environment variables, as NAME=VALUE lines.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document when all is ready.")] = False,
) -> None:
    """Run the platform on this machine with this plugin on it, and load the plugin again whenever a file changes.

    The plugin is subscribed to what its decorators say. A version that cannot be loaded is refused, and the last good
    one stays. There are some entities to play with, and commands to try are shown.
    """
    from biot_plugin_cli.dev.loop import develop
    from biot_plugin_cli.invoke.inputs import read_env_file
    from biot_plugin_cli.plugin.manifest import Manifest

    variables = read_env_file(env_file) if env_file else {}
    develop(Manifest.load().root, variables, port, as_json=as_json)
