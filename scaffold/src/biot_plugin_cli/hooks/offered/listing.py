"""Prints what can be hooked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text

from biot_plugin_cli.hooks.offered.catalogue import Api, Catalogue
from biot_plugin_cli.terminal.console import out
from biot_plugin_cli.terminal.plain_text import columns

__all__ = ["catalogue_document", "print_catalogue", "print_differences"]

_ONCE = "And once for each plugin: scheduled, at the times of a cron expression; endpoint, calls of its own address."


def catalogue_document(catalogue: Catalogue) -> dict[str, Any]:
    """Create the document of `--json`."""
    return {
        "source": "platform" if catalogue.is_online else "published",
        "apis": [
            {
                "apiId": api.api_id,
                "entityType": api.entity_type,
                "pathVariables": api.path_variables,
                "kinds": ["pre-request", "post-request"],
            }
            for api in catalogue.apis
        ],
        "entityTypes": list(catalogue.entity_types),
        "notifications": [
            {"entityType": entity_type, "actions": list(actions)}
            for entity_type, actions in catalogue.notifications.items()
        ],
        "templates": [
            {"entityType": entity_type, "names": list(names)} for entity_type, names in catalogue.templates.items()
        ],
    }


def print_catalogue(catalogue: Catalogue, *, is_whole: bool) -> None:
    """Print a catalogue for people.

    Args:
        catalogue: The catalogue.
        is_whole: Whether nothing was left out.
    """
    sections = [_apis(catalogue.apis), _entity_types(catalogue.entity_types), _notifications(catalogue.notifications)]
    if catalogue.templates:
        sections.append(_section("templates", ("entity type", "names"), _joined(catalogue.templates)))
    for number, section in enumerate(filter(None, sections)):
        if number:
            out.print()
        for line in section:
            out.print(line)
    variables = {name for api in catalogue.apis for name in api.path_variables}
    if variables:
        out.print()
        name = "templateName" if "templateName" in variables else min(variables)
        out.print(Text(f'path_variables={{"{name}": "VALUE"}} in the decorator limits a handler to such calls.', "dim"))
    if is_whole:
        out.print(Text(_ONCE, "dim"))


def print_differences(differences: Mapping[str, Sequence[str]]) -> None:
    """Print in what the platform differs from what is published."""
    titles = {"onlyOnline": "only on this platform", "onlyPublished": "published, and not on this platform"}
    out.print()
    if not any(differences.values()):
        out.print("The platform offers exactly what is published.")
    for key, title in titles.items():
        if differences[key]:
            out.print(Text(f"{title}:", "bold"))
            for name in differences[key]:
                out.print(f"  {name}")


def _apis(apis: Sequence[Api]) -> list[Text]:
    ordered = sorted(apis, key=lambda api: (api.entity_type, api.api_id.partition("/")[2], api.method))
    rows = [(api.api_id, api.entity_type, ", ".join(api.path_variables)) for api in ordered]
    return _section("pre-request, post-request", ("apiId", "entity type", "path variables"), rows)


def _entity_types(entity_types: Sequence[str]) -> list[Text]:
    return _section("adapt-entity", ("entity type",), [(entity_type,) for entity_type in entity_types])


def _notifications(notifications: Mapping[str, Sequence[str]]) -> list[Text]:
    return _section("notification", ("entity type", "actions"), _joined(notifications))


def _joined(groups: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(name, ", ".join(values)) for name, values in groups.items()]


def _section(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Text]:
    """Lay out a table below its title; nothing if it has no rows."""
    listed = list(rows)
    if not listed:
        return []
    head, *lines = columns([header, *listed])
    return [Text(title, "bold"), Text(f"  {head}", "cyan"), *(Text(f"  {line}") for line in lines)]
