"""`biot-plugin add`: adds a hook to the plugin's repository."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from biot_plugin_cli.commands.options import AcceptOffered, Action, ApiId, AsJson, EntityType, Environment
from biot_plugin_cli.hooks.kinds import HookKind

if TYPE_CHECKING:
    from biot_plugin_cli.additions.new_hook import Added

__all__ = ["add"]


def add(
    kind: Annotated[HookKind, typer.Argument(metavar="KIND", help="The kind of hook.")],
    api_id: ApiId = None,
    entity: EntityType = None,
    action: Action = None,
    cron: Annotated[
        str | None, typer.Option("--cron", metavar="CRON", help='The times, for scheduled, such as "45 3 * * ? *".')
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="MODULE", help="The name of the module; one that says what it is for."),
    ] = None,
    online: AcceptOffered = False,
    environment: Environment = None,
    as_json: AsJson = False,
) -> None:
    """Add a hook: its module, with an example to change, a test, an event file and the import.

    KIND is pre-request, post-request, adapt-entity, notification, scheduled or endpoint; biot-plugin hooks shows what
    there is. Nothing that exists is replaced.
    """
    from biot_plugin_cli.additions.new_hook import add_hook
    from biot_plugin_cli.additions.specification import specify
    from biot_plugin_cli.commands.hooks import load_catalogue
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import print_json

    plugin = Plugin.read()
    catalogue = load_catalogue(online, environment)
    options = {"api_id": api_id, "entity": entity, "action": action, "cron": cron}
    added = add_hook(plugin, specify(kind, options, catalogue), name, catalogue)
    if as_json:
        document = asdict(added)
        print_json({"kind": kind.value, **{_camel_case(key): value for key, value in document.items()}})
    else:
        _print(added)


def _print(added: Added) -> None:
    from biot_plugin_cli.terminal.console import out

    for file in (added.module, added.test, added.event):
        out.print(f"  added    {file}")
    out.print(f"  changed  {added.entry_point}, which imports it")
    out.print(f"Change the example into what you need; make test tries it, and biot-plugin invoke {added.event}.")


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
