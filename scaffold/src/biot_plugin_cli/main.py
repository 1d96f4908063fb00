"""The program `biot-plugin`."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from biot_plugin_cli.commands.add import add
from biot_plugin_cli.commands.check import check
from biot_plugin_cli.commands.config import config
from biot_plugin_cli.commands.deploy import deploy
from biot_plugin_cli.commands.deployed.delete import delete
from biot_plugin_cli.commands.deployed.enable_disable import disable, enable
from biot_plugin_cli.commands.deployed.list import list_plugins
from biot_plugin_cli.commands.deployed.logs import logs
from biot_plugin_cli.commands.deployed.rollback import rollback
from biot_plugin_cli.commands.deployed.secret import secret
from biot_plugin_cli.commands.deployed.status import status
from biot_plugin_cli.commands.deployed.versions import versions
from biot_plugin_cli.commands.dev import dev
from biot_plugin_cli.commands.elsewhere.export import export
from biot_plugin_cli.commands.elsewhere.subscribe import subscribe, unsubscribe
from biot_plugin_cli.commands.event import event
from biot_plugin_cli.commands.generated.types import types
from biot_plugin_cli.commands.hooks import hooks
from biot_plugin_cli.commands.image import image
from biot_plugin_cli.commands.invoke import invoke
from biot_plugin_cli.commands.optional_value import OptionalPort
from biot_plugin_cli.commands.package import package
from biot_plugin_cli.commands.recorded.record import record
from biot_plugin_cli.commands.recorded.replay import replay
from biot_plugin_cli.commands.release.evidence import evidence
from biot_plugin_cli.commands.schema import schema
from biot_plugin_cli.commands.upgrade import upgrade
from biot_plugin_cli.terminal.app import Debug, new_app, run

__all__ = ["app", "main"]

app = new_app("Run, check, package and deploy a BioT plugin. Run the commands in the plugin's repository.")


def _print_version(value: bool) -> None:
    if value:
        from importlib import metadata

        typer.echo(metadata.version("biot-plugin-cli"))
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    _debug: Debug = False,
) -> None:
    """Parse the options that come before a command."""


app.command(cls=OptionalPort)(invoke)
app.command()(replay)
app.command()(add)
app.command()(event)
app.command()(hooks)
app.command()(types)
app.command(cls=OptionalPort)(dev)
app.command()(record)
app.command()(check)
app.command()(config)
app.command()(schema)
app.command()(package)
app.add_typer(image)
app.command()(deploy)
app.command()(status)
app.command("list")(list_plugins)
app.command()(logs)
app.command()(enable)
app.command()(disable)
app.command()(versions)
app.command()(rollback)
app.add_typer(secret)
app.command()(delete)
app.add_typer(evidence)
app.command()(export)
app.command()(subscribe)
app.command()(unsubscribe)
app.command()(upgrade)


def main() -> NoReturn:
    """Run `biot-plugin`."""
    run(app, "biot-plugin", sys.argv[1:] or ["--help"])
