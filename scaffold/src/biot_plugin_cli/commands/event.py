"""`biot-plugin event`: writes a sample event of the platform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.hooks.kinds import HookKind

__all__ = ["event"]


def event(
    kind: Annotated[HookKind, typer.Argument(metavar="KIND", help="The hook that the event is for.")],
    api_id: Annotated[
        str | None, typer.Option("--api-id", metavar="API_ID", help="The API, for pre-request and post-request.")
    ] = None,
    entity: Annotated[
        str | None, typer.Option("--entity", metavar="TYPE", help="The entity type, for adapt-entity and notification.")
    ] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="ACTION", help="The action, for notification, such as _update.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write; standard output if left out."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document: the event, or its path.")] = False,
) -> None:
    """Write a sample event in the platform's exact format, to edit and to invoke the plugin with.

    KIND is pre-request, post-request, adapt-entity, notification, scheduled or endpoint. The event's body is written as
    JSON for readability; biot-plugin invoke converts it to a string, as the platform does. SIGN_ME is replaced by a
    valid token when the event is sent.
    """
    from biot_plugin_cli.invoke.sample_events import create_event
    from biot_plugin_cli.terminal.console import err, print_json
    from biot_plugin_cli.terminal.file_writer import write_new

    document = create_event(kind, api_id=api_id, entity=entity, action=action)
    if output is None:
        print_json(document)
        return
    write_new(output, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    if as_json:
        print_json({"path": str(output)})
    else:
        err.print(f"Wrote {output}: run it with biot-plugin invoke {output}")
