"""`biot-plugin replay`: what the present code does differently from older code, by events that were recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, EnvFile, Environment
from biot_plugin_cli.commands.shell.completion import complete_events
from biot_plugin_cli.commands.targets import Target

__all__ = ["replay"]

_OLDER = "deployed, a revision of git, or the file of a package"


def replay(
    events: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[EVENTS...]",
            help="Recordings, single events, or folders of them; the folder events if left out.",
            autocompletion=complete_events,
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="CODE",
            help=f"The older code: {_OLDER}. Without it, the last commit whose code differs from the folder's.",
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            metavar="KIND",
            help="A kind of difference that is right, by the name that the output has; * stands for any text.",
        ),
    ] = None,
    accept_file: Annotated[
        Path | None, typer.Option("--accept-file", metavar="FILE", help="The same, in a file with one in each line.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Ignore nothing, not even where the older code differs from itself.")
    ] = False,
    values: Annotated[
        bool, typer.Option("--values", help="Show values of bodies too, of the first event of each kind.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the result as JUnit XML too.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the result as a page to read too.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, max=64, help="How many events run beside each other; one for each processor."),
    ] = None,
    environment: Environment = None,
    env_file: EnvFile = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Run events through the plugin as it is and as it was, and show what differs.

    Both are built as packages, each with its own dependencies, and run in a real Lambda runtime client. Time,
    randomness and the platform's answers are the same for both, and nothing else is reached. The older code gets each
    event twice: what differs by itself is listed, and ignored.

    The exit code is 1 if there are differences that are not accepted, and 3 if the plugin cannot be imported.
    """
    from biot_plugin_cli.commands.targets import select_target
    from biot_plugin_cli.plugin.env_file import read_env_file
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.replay.acceptance import Acceptance
    from biot_plugin_cli.replay.examination import Options, default_jobs, replay_events
    from biot_plugin_cli.replay.output.junit import write_junit
    from biot_plugin_cli.replay.output.page import write_page
    from biot_plugin_cli.replay.output.report import print_summary, summary_document
    from biot_plugin_cli.terminal.console import print_json

    acceptance = Acceptance.read(accept or (), accept_file)
    variables = read_env_file(env_file)
    plugin = Plugin.load(environment=environment)
    options = Options(events or (), against, jobs or default_jobs(), variables, strict)
    summary = replay_events(plugin, options, acceptance, lambda: select_target(environment, target).versions())
    if junit:
        write_junit(junit, summary, with_values=values)
    if html:
        write_page(html, summary, plugin.manifest.name, with_values=values)
    if as_json:
        print_json(summary_document(summary, with_values=values))
    else:
        print_summary(summary, with_values=values)
    raise typer.Exit(summary.exit_code)
