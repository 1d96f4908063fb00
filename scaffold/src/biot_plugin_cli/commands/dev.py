"""`biot-plugin dev`: runs the platform on this machine, with this plugin on it."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import EnvFile

__all__ = ["dev"]


def dev(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The platform's port; 0 takes a free one.")] = 8787,
    env_file: EnvFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document when all is ready.")] = False,
) -> None:
    """Run the platform on this machine with this plugin on it, and reload the plugin whenever a file changes.

    The plugin is subscribed to what its decorators declare. If a new version cannot be loaded, the last good one keeps
    running. The platform has sample entities, and example calls are shown.
    """
    from biot_plugin_cli.dev.reload_loop import develop
    from biot_plugin_cli.plugin.env_file import read_env_file
    from biot_plugin_cli.plugin.repository import Plugin

    variables = read_env_file(env_file)
    develop(Plugin.load().root, variables, port, as_json=as_json)
