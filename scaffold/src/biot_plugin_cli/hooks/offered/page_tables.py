"""The tables of the documentation's page about hooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from biot_plugin_cli.hooks.offered.catalogue import Catalogue

__all__ = ["PAGE", "page_tables", "with_tables"]

PAGE = Path("docs/hooks.md")
"""Where the page is, in a checkout."""

_BEGIN, _END = "<!-- lists: begin -->", "<!-- lists: end -->"


def with_tables(page: str, catalogue: Catalogue) -> str:
    """Return the page with the tables of a catalogue in place of those that it has."""
    head, _, rest = page.partition(_BEGIN)
    return f"{head}{_BEGIN}\n\n{page_tables(catalogue)}\n{_END}{rest.partition(_END)[2]}"


def page_tables(catalogue: Catalogue) -> str:
    """Write the tables of a catalogue in Markdown."""
    apis = sorted(catalogue.apis, key=lambda api: (api.entity_type, api.api_id.partition("/")[2], api.method))
    rows = [(_code(api.api_id), api.entity_type, ", ".join(api.path_variables)) for api in apis]
    actions = [(entity_type, _codes(names)) for entity_type, names in catalogue.notifications.items()]
    sections = (
        ("### APIs: pre-request and post-request", _table(("apiId", "entity type", "path variables"), rows)),
        ("### Types of entities: adapt-entity", _codes(catalogue.entity_types)),
        ("### Actions: notification", _table(("entity type", "actions"), actions)),
    )
    return "\n\n".join(f"{title}\n\n{text}" for title, text in sections) + "\n"


def _code(name: str) -> str:
    return f"`{name}`"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(_code, names))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)
