"""`biot-plugin invoke`: runs one event through the plugin, as Lambda would."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, EnvFile

__all__ = ["invoke"]


def invoke(
    event: Annotated[Path, typer.Argument(metavar="EVENT.json", help="The event, or - for standard input.")],
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Run one event through the plugin in a real Lambda runtime client, and show the reply.

    The plugin runs with its own timeout, memory limit and environment, and with a local service in place of the
    platform's keys and tokens. SIGN_ME in the event is replaced by a valid token.
    """
    from biot_plugin_cli.invoke.event_file import read_event
    from biot_plugin_cli.invoke.local_invocation import invoke_locally
    from biot_plugin_cli.plugin.env_file import read_env_file
    from biot_plugin_cli.plugin.repository import Plugin

    document = read_event(event)
    variables = read_env_file(env_file)
    plugin = Plugin.load()
    invocation, secrets = invoke_locally(plugin, document, variables)

    from biot_plugin_cli.invoke import report
    from biot_plugin_cli.invoke.comparison import Comparison
    from biot_plugin_cli.plugin.invocation_errors import invocation_failure

    show = report.print_document if as_json else report.print_report
    show(invocation, Comparison.of(document, invocation), plugin.manifest.memory_size, secrets)
    if invocation.error:
        raise invocation_failure(invocation.error, plugin.manifest, secrets)
