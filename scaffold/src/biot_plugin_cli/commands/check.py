"""`biot-plugin check`: finds every problem before anything is sent."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment

__all__ = ["check"]


def check(
    environment: Environment = None,
    online: Annotated[
        bool,
        typer.Option("--online", help="Ask the platform itself what can be intercepted, and what its templates are."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find everything that the platform or Lambda would reject, and show how to fix it.

    The exit code is 4 if there are errors, 3 if the plugin cannot be imported, and 0 if there are only warnings.
    """
    from biot_plugin_cli.check import runner
    from biot_plugin_cli.check.report import check_document, print_check
    from biot_plugin_cli.deploy.destination import Destination, platform_getter
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import print_json
    from biot_plugin_cli.types.templates.documents import fetch_documents

    plugin = Plugin.read(environment=environment)
    result = runner.check(
        plugin,
        get=platform_getter(plugin) if online else None,
        find=(lambda: Destination.of(plugin).calls.find(plugin.manifest.name)) if online else None,
        templates=(lambda: fetch_documents(Destination.of(plugin).client)) if online else None,
    )
    if as_json:
        print_json(check_document(result))
    else:
        print_check(result)
    if result.platform_error and result.exit_code == result.platform_error.exit_code:
        raise result.platform_error
    raise typer.Exit(result.exit_code)
