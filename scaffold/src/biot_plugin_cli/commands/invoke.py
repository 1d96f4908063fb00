"""`biot-plugin invoke`: runs events through the plugin, as Lambda would."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, DebugPort, EnforceTimeout, EnvFile

__all__ = ["invoke"]


def invoke(
    events: Annotated[list[Path], typer.Argument(metavar="EVENT.json...", help="Events, or - for standard input.")],
    env_file: EnvFile = None,
    as_json: AsJson = False,
    debug: DebugPort = None,
    enforce_timeout: EnforceTimeout = False,
) -> None:
    """Run events through the plugin in a real Lambda runtime client, and show the replies.

    The plugin runs with its own timeout, memory limit and environment, and with a local service in place of the
    platform's keys and tokens. SIGN_ME in an event is replaced by a valid token.

    The exit code is 0 if the plugin succeeds or refuses a call on purpose, by a status below 500. It is 1 if it fails:
    if it raises, crashes, takes too long, replies a status of 500 or more, or replies what the platform cannot use; and
    3 if it cannot be imported. Of several events, the worst counts.

    With --debug, each event waits until a debugger is attached, for 5 minutes at most, and then takes as long as you
    debug it. At a terminal, breakpoint() shows a prompt.
    """
    from biot_plugin_cli.invoke.event_file import read_event
    from biot_plugin_cli.plugin.debugging import WAIT_SECONDS, DebugOptions, debugging
    from biot_plugin_cli.plugin.env_file import read_env_file
    from biot_plugin_cli.plugin.repository import Plugin

    options = DebugOptions.parse(debug, enforces_timeout=enforce_timeout)
    documents = {file: read_event(file) for file in events}
    variables = read_env_file(env_file)
    plugin = Plugin.load()

    from biot_plugin_cli.invoke.run import print_runs, run_events
    from biot_plugin_cli.terminal.lending import lend_terminal

    with lend_terminal() as terminal, debugging(options, plugin.root, WAIT_SECONDS, terminal) as settings:
        runs = run_events(plugin, documents, variables, settings)
        print_runs(runs, as_json=as_json, several=len(documents) > 1)
