"""`biot-plugin rollback`: deploys the code of an older version again."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment, Yes
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["rollback"]


def rollback(
    environment: Environment = None,
    version: Annotated[
        int | None,
        typer.Option("--to", metavar="VERSION", help="The version to take the code of; the previous one if left out."),
    ] = None,
    yes: Yes = False,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Deploy an older package of this repository again, as a new version, as the platform requires.

    Its subscriptions, schedule, runtime and handler are rolled back with it; the other settings are left unchanged. The
    last packages of each environment are stored until the plugin is deleted. In an AWS account of one's own, nothing is
    sent: the older version, which is there with all of its settings, is called again.
    """
    from biot_plugin_cli.terminal.console import out, print_json

    document = select_target(environment, target).roll_back(version, yes=yes)
    if as_json:
        print_json(document)
    elif document["action"] == "none":
        out.print(f"{document['name']} has the code of version {document['codeOf']} already")
    elif document["codeOf"] == document["version"]:
        out.print(f"{document['name']} runs version {document['version']} again")
    else:
        out.print(
            f"{document['name']} has the code of version {document['codeOf']} again, as version {document['version']}"
        )
