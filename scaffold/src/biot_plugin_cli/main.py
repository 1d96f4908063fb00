"""The commands of the program `biot-plugin`, of which a command line loads the one that it names."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from typing import Annotated, NoReturn

import typer

from biot_plugin_cli.terminal.app import Debug, new_app, run
from biot_plugin_cli.terminal.start.command_name import command_name

__all__ = ["application", "main"]

#: Where each command is, in the order of `--help`; those in modules of rooms are named like them.
_COMMANDS = {
    "invoke": "invoke:invoke",
    "replay": "recorded.replay:replay",
    "add": "add:add",
    "event": "event:event",
    "hooks": "hooks:hooks",
    "types": "generated.types:types",
    "dev": "dev:dev",
    "record": "recorded.record:record",
    "check": "check:check",
    "config": "config:config",
    "schema": "schema:schema",
    "package": "package:package",
    "image": "image:image",
    "deploy": "deploy:deploy",
    "status": "deployed.status:status",
    "list": "deployed.list:list_plugins",
    "logs": "deployed.logs:logs",
    "enable": "deployed.enable_disable:enable",
    "disable": "deployed.enable_disable:disable",
    "versions": "deployed.versions:versions",
    "rollback": "deployed.rollback:rollback",
    "secret": "deployed.secret:secret",
    "delete": "deployed.delete:delete",
    "evidence": "release.evidence:evidence",
    "export": "elsewhere.export:export",
    "subscribe": "elsewhere.subscribe:subscribe",
    "unsubscribe": "elsewhere.subscribe:unsubscribe",
    "upgrade": "upgrade:upgrade",
}
_WITH_OPTIONAL_PORT = frozenset({"invoke", "dev"})


@cache
def application(name: str = "") -> typer.Typer:
    """Make the application with one command, as all of them take several times as long to load.

    Args:
        name: The name of the command; all commands are there where none has it.
    """
    app = new_app("Run, check, package and deploy a BioT plugin. Run the commands in the plugin's repository.")
    app.callback()(_options)
    for each in (name,) if name in _COMMANDS else _COMMANDS:
        _add(app, each)
    return app


def main() -> NoReturn:
    """Run `biot-plugin`."""
    arguments = sys.argv[1:] or ["--help"]
    run(application(command_name(arguments)), "biot-plugin", arguments)


def _add(app: typer.Typer, name: str) -> None:
    module, _, member = _COMMANDS[name].partition(":")
    command = getattr(importlib.import_module(f"biot_plugin_cli.commands.{module}"), member)
    if isinstance(command, typer.Typer):
        app.add_typer(command)
    elif name in _WITH_OPTIONAL_PORT:
        from biot_plugin_cli.commands.optional_value import OptionalPort

        app.command(name, cls=OptionalPort)(command)
    else:
        app.command(name)(command)


def _print_version(value: bool) -> None:
    if value:
        from biot_plugin_cli.own_version import own_version

        typer.echo(own_version())
        raise typer.Exit


def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    _debug: Debug = False,
) -> None:
    """Parse the options that come before a command."""
