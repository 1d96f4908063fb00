"""`biot-plugin invoke`: runs one event through the plugin, as Lambda would."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["invoke"]


def invoke(
    event: Annotated[Path, typer.Argument(metavar="EVENT.json", help="The event, or - for standard input.")],
    env_file: Annotated[
        Path | None, typer.Option("--env-file", metavar="FILE", help="More environment variables, as NAME=VALUE lines.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run one event through the plugin in a real Lambda runtime client, and show what comes back.

    The plugin has its own timeout, memory limit and environment, and a local service that stands in for the platform's
    keys and tokens. Where the event says SIGN_ME, a valid token is put.
    """
    from biot_plugin_cli.invoke.inputs import read_env_file, read_event
    from biot_plugin_cli.invoke.run import run_event
    from biot_plugin_cli.plugin.manifest import Manifest

    fixture = read_event(event)
    variables = read_env_file(env_file) if env_file else {}
    manifest = Manifest.load()
    invocation, secrets = run_event(manifest, fixture, variables)

    from biot_plugin_cli.invoke import report
    from biot_plugin_cli.invoke.exchange import Exchange
    from biot_plugin_cli.invoke.failure import failure_of

    show = report.print_document if as_json else report.print_report
    show(invocation, Exchange.of(fixture, invocation), manifest.memory_size, secrets)
    if invocation.error:
        raise failure_of(invocation.error, manifest, secrets)
