"""`biot-plugin logs`: shows what this plugin has logged where it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from biot_plugin_cli.commands.options import Environment
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["logs"]


def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until interrupted.")] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="AGE", help="How far back: 30s, 10m, 2h, 1d, or a time.")
    ] = "10m",
    text: Annotated[
        str | None, typer.Option("--filter", metavar="TEXT", help="Only what contains this text, as it is.")
    ] = None,
    trace: Annotated[
        str | None,
        typer.Option("--trace", metavar="ID", help="Only what belongs to this trace, the traceId of an error."),
    ] = None,
    environment: Environment = None,
    target: Target = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print the events as they came: a JSON list, or a document a line with --follow."),
    ] = False,
) -> None:
    """Show what this plugin has logged, with time, level, message and trace, and tracebacks unfolded.

    From CloudWatch for an AWS account of one's own, and from biot-plugin dev and biot-emulator serve on this machine.
    BioT's account offers its logs in the console alone: the link to it is shown. Tokens and secrets are removed.
    """
    from biot_plugin_cli.logs.event import ConsoleLink
    from biot_plugin_cli.logs.report import show_events, show_link
    from biot_plugin_cli.logs.selection import Selection, Since, parse_trace

    selection, age = Selection(text or None, parse_trace(trace)), Since.parse(since)
    deployed = select_target(environment, target)
    source = deployed.log_source(age, selection.trace)
    if isinstance(source, ConsoleLink):
        show_link(source, as_json=as_json)
    else:
        show_events(source, selection, deployed.variables, follow=follow, as_json=as_json)
