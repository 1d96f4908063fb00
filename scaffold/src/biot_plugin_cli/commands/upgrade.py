"""`biot-plugin upgrade`: upgrades a plugin's repository to the newest template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson

__all__ = ["upgrade"]


def upgrade(
    framework_from: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Install the framework from somewhere else from now on, as new-plugin --framework-from says it.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Merge the newest template, keep your changes."""
    from biot_plugin_cli.template.repository_upgrade import upgrade_repository
    from biot_plugin_cli.template.upgrade_report import print_conflicts, print_upgrade, upgrade_document
    from biot_plugin_cli.terminal.console import print_json

    result = upgrade_repository(Path.cwd(), framework_from)
    if as_json:
        print_json(upgrade_document(result))
    else:
        print_upgrade(result)
    if result.conflicts:
        print_conflicts(result)
        raise typer.Exit(1)
