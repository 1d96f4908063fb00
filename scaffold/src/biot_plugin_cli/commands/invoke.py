"""`biot-plugin invoke`: runs events through the plugin, as Lambda would."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, DebugPort, EnforceTimeout, EnvFile, Environment
from biot_plugin_cli.commands.shell.completion import complete_events

__all__ = ["invoke"]


def invoke(
    events: Annotated[
        list[Path],
        typer.Argument(
            metavar="EVENT.json...", help="Events, or - for standard input.", autocompletion=complete_events
        ),
    ],
    environment: Environment = None,
    env_file: EnvFile = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What the platform answers the plugin: a file, or a folder of files named as the events. Without it, "
            "the folder answers beside the event.",
        ),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Have a running emulator answer the plugin: that of dev, or of serve."),
    ] = None,
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
    plugin = Plugin.load(environment=environment)

    from biot_plugin_cli.invoke.platform_side import choose_platform
    from biot_plugin_cli.invoke.run import print_runs, run_events
    from biot_plugin_cli.terminal.lending import lend_terminal

    side = choose_platform(plugin.root, list(documents), answers, platform)
    with lend_terminal() as terminal, debugging(options, plugin.root, WAIT_SECONDS, terminal) as settings:
        runs = run_events(plugin, documents, variables, side, settings)
        print_runs(runs, as_json=as_json, several=len(documents) > 1)
