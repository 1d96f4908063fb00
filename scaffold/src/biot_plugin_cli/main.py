"""The program `biot-plugin`."""

from __future__ import annotations

import contextlib
import importlib
import sys
from importlib import metadata
from typing import Annotated, NoReturn

import typer

from biot_plugin_cli._run import Debug, new_app, run

__all__ = ["app", "main"]

app = new_app("Run, check and upgrade a BioT plugin. Type the commands in the plugin's repository.")


def _print_version(value: bool) -> None:
    if value:
        typer.echo(metadata.version("biot-plugin-cli"))
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    _debug: Debug = False,
) -> None:
    """Take the options that come before a command."""


for _name in ("invoke", "event", "upgrade"):
    with contextlib.suppress(ImportError):
        app.command(_name)(getattr(importlib.import_module(f"biot_plugin_cli.commands.{_name}"), _name))


def main() -> NoReturn:
    """Run `biot-plugin`."""
    run(app, "biot-plugin", sys.argv[1:] or ["--help"])
