"""`biot-plugin check`: finds every problem before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.check.formats.names import Format
from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.errors import UsageError

__all__ = ["check"]


def check(
    environment: Environment = None,
    online: Annotated[
        bool,
        typer.Option("--online", help="Ask the platform itself what can be intercepted, and what its templates are."),
    ] = False,
    style: Annotated[
        Format, typer.Option("--format", help="For people, or for other tools: code scanning, a workflow, tests.")
    ] = Format.TEXT,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file for what --format says; the text is printed besides."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find everything that the platform or Lambda would reject, and show how to fix it.

    The exit code is 4 if there are errors, 3 if the plugin cannot be imported, and 0 if there are only warnings.
    """
    from biot_plugin_cli.check import runner
    from biot_plugin_cli.check.formats.document import format_result
    from biot_plugin_cli.check.report import check_document, print_check
    from biot_plugin_cli.deploy.destination import Destination, platform_getter
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import print_document, print_json
    from biot_plugin_cli.terminal.file_writer import write_atomically
    from biot_plugin_cli.types.templates.documents import fetch_documents

    _require_one_document(style, output, as_json)
    plugin = Plugin.read(environment=environment)
    result = runner.check(
        plugin,
        get=platform_getter(plugin) if online else None,
        find=(lambda: Destination.of(plugin).calls.find(plugin.manifest.name)) if online else None,
        templates=(lambda: fetch_documents(Destination.of(plugin).client)) if online else None,
    )
    if output is not None:
        write_atomically(output, format_result(result, style, plugin.root).encode("utf-8", "backslashreplace"))
    if as_json:
        print_json(check_document(result))
    elif output is not None or style is Format.TEXT:
        print_check(result)
    else:
        print_document(format_result(result, style, plugin.root))
    if result.platform_error and result.exit_code == result.platform_error.exit_code:
        raise result.platform_error
    raise typer.Exit(result.exit_code)


def _require_one_document(style: Format, output: Path | None, as_json: bool) -> None:
    """Require that the command line asks for one document in each place."""
    if output is not None and style is Format.TEXT:
        raise UsageError("--output is for other tools: add --format json, sarif, github or junit")
    if output is None and as_json and style not in (Format.TEXT, Format.JSON):
        raise UsageError(f"--json and --format {style.value} are two documents: leave one out, or add --output FILE")
