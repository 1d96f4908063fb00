"""`biot-plugin delete`: removes a plugin from the platform."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment, Yes

__all__ = ["delete"]


def delete(
    name: Annotated[
        str | None, typer.Argument(help="The plugin, with Plugin- before its name or without; this one when left out.")
    ] = None,
    environment: Environment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove a plugin from the platform, with its code, subscriptions and service user."""
    from biot_plugin_cli.deploy import workflow
    from biot_plugin_cli.terminal.console import out, print_json

    removed = workflow.delete(workflow.target(environment), name, yes=yes)
    if as_json:
        print_json({"name": removed})
    else:
        out.print(f"{removed} is gone")
