"""`biot-plugin rollback`: deploys the code of an older version again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, BuilderOption, Environment, Yes
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["rollback"]


def rollback(
    environment: Environment = None,
    version: Annotated[
        int | None,
        typer.Option(
            "--to", min=1, metavar="VERSION", help="The version to take the code of; the previous one if left out."
        ),
    ] = None,
    commit: Annotated[
        str | None,
        typer.Option("--commit", metavar="REV", help="Build this commit again, if it is what was deployed."),
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option("--package", metavar="FILE", help="Take this package, if it is what was deployed."),
    ] = None,
    builder: BuilderOption = None,
    yes: Yes = False,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Deploy older code of this plugin again, as a new version, as the platform requires.

    Its subscriptions, schedule, runtime and handler are rolled back with it; the other settings, and variables that
    live on the platform alone, are left unchanged. The last packages of each environment are stored in this folder. On
    any other machine, the commit that was deployed is built again, in a work tree of its own and with the dependencies
    that it has locked, and refused if the result is not what was deployed. In an AWS account of one's own, nothing is
    sent: the older version, which is there with its code, is called again.
    """
    from biot_plugin_cli.deploy.older.selection import RollbackChoice
    from biot_plugin_cli.terminal.console import out, print_json

    choice = RollbackChoice(version, commit, package, builder)
    document = select_target(environment, target).roll_back(choice, yes=yes)
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
