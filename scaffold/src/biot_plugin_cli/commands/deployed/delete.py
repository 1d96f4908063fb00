"""`biot-plugin delete`: deletes a plugin from the platform."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment, Yes
from biot_plugin_cli.commands.shell.completion import complete_plugins
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["delete"]


def delete(
    name: Annotated[
        str | None,
        typer.Argument(
            help="The plugin's name, with or without Plugin- before it; this plugin if left out.",
            autocompletion=complete_plugins,
        ),
    ] = None,
    environment: Environment = None,
    yes: Yes = False,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Delete a plugin from the platform, with its code, subscriptions and service user."""
    from biot_plugin_cli.terminal.console import out, print_json

    deleted = select_target(environment, target).delete(name, yes=yes)
    if as_json:
        print_json({"name": deleted})
    else:
        out.print(f"Deleted {deleted}")
