"""`biot-plugin rollback`: the code of an older version goes up again."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment, Yes

__all__ = ["rollback"]


def rollback(
    environment: Environment = None,
    version: Annotated[
        int | None,
        typer.Option("--to", metavar="VERSION", help="Which version's code; the one before the present one."),
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Deploy an older package of this folder again, as a newer version, as the platform requires.

    Its subscriptions, schedule, runtime and handler go back with it; the other settings stay. The last packages of each
    environment are kept until the plugin is deleted.
    """
    from biot_plugin_cli.deploy.rollback import roll_back
    from biot_plugin_cli.deploy.workflow import target
    from biot_plugin_cli.terminal.console import out, print_json

    document = roll_back(target(environment), version, yes=yes)
    if as_json:
        print_json(document)
    elif document["action"] == "none":
        out.print(f"{document['name']} has the code of version {document['codeOf']} already")
    else:
        out.print(
            f"{document['name']} has the code of version {document['codeOf']} again, as version {document['version']}"
        )
