"""`biot-plugin deploy`: brings this plugin to the platform."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment, Yes

__all__ = ["deploy"]


def deploy(
    environment: Environment = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Package the plugin, show what would change on the platform, and do it.

    Nothing is sent where nothing changed. The version rises only with the code, from the platform's number. What
    pyproject.toml does not mention is left as it is.
    """
    from biot_plugin_cli.deploy import workflow
    from biot_plugin_cli.terminal.console import out, print_json

    document = workflow.deploy(workflow.target(environment), dry_run=dry_run, yes=yes)
    if as_json:
        print_json(document)
    elif not dry_run and document["action"] != "none":
        out.print(f"{document['name']} is there in version {document['version']}: {document['endpointUrl']}")
