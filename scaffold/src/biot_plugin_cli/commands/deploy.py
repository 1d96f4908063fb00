"""`biot-plugin deploy`: deploys this plugin to the platform."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, BuilderOption, DryRun, Environment, Yes
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["deploy"]


def deploy(
    environment: Environment = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    target: Target = None,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Take over AWS resources of the same names that were not made by biot-plugin."),
    ] = False,
    builder: BuilderOption = None,
    as_json: AsJson = False,
) -> None:
    """Package the plugin, show the changes on the platform, and in an AWS account of one's own, and apply them.

    Nothing is sent if nothing has changed. The version increases only with the code, from the platform's number. What
    pyproject.toml does not mention is left unchanged. The commit is recorded with the code; changes that are not
    committed, and files that git does not track, are named.
    """
    from biot_plugin_cli.terminal.console import out, print_json

    document = select_target(environment, target).deploy(dry_run=dry_run, yes=yes, adopt=adopt, builder=builder)
    if as_json:
        print_json(document)
    elif not dry_run and document["action"] != "none":
        out.print(f"Deployed {document['name']} as version {document['version']}: {document['endpointUrl']}")
