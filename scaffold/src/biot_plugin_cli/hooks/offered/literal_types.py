"""The framework's types of published names, written from the list that `biot-plugin hooks` shows.

After a change of that list, run `python -m biot_plugin_cli.hooks.offered.literal_types` in a checkout. It writes the
page of the documentation, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.hooks.offered.page_tables import PAGE, with_tables

__all__ = ["FILE", "literal_types"]

FILE = Path("framework/src/biot_plugin/hooks/published/names.py")
"""Where the types are, in a checkout."""

_HEAD = '''\
"""Published names, as types. Written by `python -m biot_plugin_cli.hooks.offered.literal_types`."""

from __future__ import annotations

from typing import Literal

'''


def literal_types(catalogue: Catalogue) -> str:
    """Return the module with the types of all names in a catalogue."""
    types = {
        "ApiId": ("The APIs that can be intercepted.", [api.api_id for api in catalogue.apis]),
        "EntityType": ("The types of entities that can be adapted.", catalogue.entity_types),
        "NotificationAction": ("The actions that there are notifications of.", _actions(catalogue)),
        "NotificationEntityType": ("The types of entities that there are notifications of.", catalogue.notifications),
    }
    names = "".join(f'    "{name}",\n' for name in types)
    return f"{_HEAD}__all__ = [\n{names}]\n" + "".join(
        f'\n{name} = Literal[\n{_lines(values)}]\n"""{doc}"""\n' for name, (doc, values) in types.items()
    )


def _actions(catalogue: Catalogue) -> set[str]:
    return {action for actions in catalogue.notifications.values() for action in actions}


def _lines(values: Iterable[str]) -> str:
    return "".join(f'    "{value}",\n' for value in sorted(values))


if __name__ == "__main__":
    FILE.write_text(literal_types(Catalogue.published()), encoding="utf-8")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), Catalogue.published()), encoding="utf-8")
