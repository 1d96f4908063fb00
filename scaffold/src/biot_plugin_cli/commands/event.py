"""`biot-plugin event`: writes a sample event of the platform."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AcceptOffered, Action, ApiId, EntityType, Environment
from biot_plugin_cli.hooks.kinds import HookKind

__all__ = ["event"]


def event(
    kind: Annotated[HookKind, typer.Argument(metavar="KIND", help="The hook that the event is for.")],
    api_id: ApiId = None,
    entity: EntityType = None,
    action: Action = None,
    path: Annotated[
        str | None, typer.Option("--path", metavar="PATH", help="The path of a direct call, for endpoint: /report.")
    ] = None,
    method: Annotated[
        str | None, typer.Option("--method", metavar="METHOD", help="The HTTP method of a direct call, for endpoint.")
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option("--query", metavar="NAME=VALUE", help="A parameter of a direct call, for endpoint; repeatable."),
    ] = None,
    body: Annotated[
        str | None,
        typer.Option(
            "--body", metavar="TEXT", help="The body of a direct call, for endpoint; @FILE for a file's, or @-."
        ),
    ] = None,
    online: AcceptOffered = False,
    environment: Environment = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write; standard output if left out."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document: the event, or its path.")] = False,
) -> None:
    """Write a sample event in the platform's exact format, to edit and to invoke the plugin with.

    KIND is pre-request, post-request, adapt-entity, notification, scheduled or endpoint. The path variables of --api-id
    get sample values, or those that are written in their place; biot-plugin hooks shows what there is. The event's body
    is written as JSON for readability; biot-plugin invoke converts it to a string, as the platform does. SIGN_ME is
    replaced by a valid token when the event is sent.
    """
    from biot_plugin_cli.commands.hooks import load_catalogue
    from biot_plugin_cli.invoke.sample_events import EventOptions, create_event
    from biot_plugin_cli.terminal.console import err, print_json
    from biot_plugin_cli.terminal.file_writer import write_new
    from biot_plugin_cli.terminal.input_file import read_body

    content = None if body is None else read_body(body)
    options = EventOptions(api_id, entity, action, path, method, query or None, content)
    document = create_event(kind, options, load_catalogue(online, environment))
    if output is None:
        print_json(document)
        return
    write_new(output, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    if as_json:
        print_json({"path": str(output)})
    else:
        err.print(f"Wrote {output}: run it with biot-plugin invoke {shlex.quote(str(output))}")
