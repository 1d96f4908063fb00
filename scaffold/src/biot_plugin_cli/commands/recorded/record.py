"""`biot-plugin record`: writes events that happened to a file, with stand-ins for what identifies people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson

__all__ = ["record"]

_DEFAULT = Path("events/recorded.recording.jsonl")


def record(
    url: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="A running emulator: that of dev, or of serve.")
    ] = None,
    logs: Annotated[
        list[Path] | None,
        typer.Option("--from-logs", metavar="FILE", help="Exported logs, in any form, or - for standard input."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file, whose name ends in .recording.jsonl.")
    ] = _DEFAULT,
    ids: Annotated[
        list[str] | None, typer.Option("--id", metavar="ID", help="Only this invocation of the emulator.")
    ] = None,
    last: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="Only so many invocations, the newest; 100 by default.")
    ] = None,
    plugin: Annotated[str | None, typer.Option(metavar="NAME", help="Only invocations of this plugin.")] = None,
    trace: Annotated[str | None, typer.Option(metavar="ID", help="Only what belongs to this trace.")] = None,
    safe: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Record this as it is, since it identifies nobody: a member such as ward, address.country, or "
            "cardio:ward for a template's, or a word in paths such as /summary.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record events that happened, for biot-plugin replay, with stand-ins for what identifies people.

    With --from, invocations of a running emulator, with what the platform answered the plugin. With --from-logs, what
    plugins have written to their logs, where Plugin(record=...) or the variable PLUGIN_RECORD had them do so.

    What is not listed as safe is replaced before anything is written. Recordings are pseudonymised, and personal data
    still.
    """
    from biot_plugin_cli.errors import UsageError

    if (url is None) == (logs is None):
        raise UsageError("Say where the events are: pass --from URL, or --from-logs FILE")
    from biot_plugin_cli.record.emulator_events import Filter
    from biot_plugin_cli.record.recording import record_from_emulator, record_from_logs

    if logs:
        if ids or last or plugin or trace or safe:
            raise UsageError("--id, --last, --plugin, --trace and --safe are for --from: leave them out")
        recorded = record_from_logs(logs, output, overwrite=overwrite)
    else:
        filter = Filter(ids or (), last or Filter().last, plugin, trace)
        recorded = record_from_emulator(url or "", filter, safe or (), output, overwrite=overwrite)
    recorded.show(as_json=as_json)
