"""`biot-plugin export`: writes this plugin as a template of another tool."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from biot_plugin_cli.commands.options import AsJson, Environment

__all__ = ["export"]


class Tool(str, Enum):
    """The tools, as users type them."""

    SAM = "sam"
    TERRAFORM = "terraform"


def export(
    tool: Annotated[Tool, typer.Argument(metavar="sam|terraform", help="The tool.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="The SAM template (template.yaml), or the folder of the Terraform module (terraform).",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that export has not made.")] = False,
    environment: Environment = None,
    as_json: AsJson = False,
) -> None:
    """Write this plugin as an AWS SAM template or a Terraform module, which use dist/NAME.zip.

    It is the function that deploy --target aws makes: with its role, log group, public URL, alias and schedule. Secrets
    are never in it, but parameters. Run package before deploying it, and subscribe afterwards.
    """
    from biot_plugin_cli.export.generator import Format, generate
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import err, print_json

    document = generate(Plugin.load(environment=environment), Format(tool.value), output, force=force)
    for warning in document["warnings"]:
        err.print(f"warning: {warning}", markup=False)
    if as_json:
        print_json(document)
    else:
        _print(document)


def _print(document: dict[str, Any]) -> None:
    from biot_plugin_cli.terminal.console import out

    for file in document["files"]:
        out.print(f"Wrote {file}", markup=False)
    needed = [parameter["name"] for parameter in document["parameters"] if parameter["default"] is None]
    if needed:
        out.print(f"Pass when deploying: {', '.join(needed)}", markup=False)
    out.print("Then subscribe the URL that it puts out: biot-plugin subscribe URL", markup=False)
