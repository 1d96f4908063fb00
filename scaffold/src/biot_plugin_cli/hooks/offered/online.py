"""What a platform itself offers to be hooked, and how that differs from what is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from biot_plugin_cli.errors import PlatformRefused
from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.platform.response_schemas import INTERCEPTABLE, NOTIFIABLE, TEMPLATE_NAME

if TYPE_CHECKING:
    from biot_plugin_cli.platform.client import PlatformClient

__all__ = ["compare", "fetch_catalogue"]

_INTERCEPTIONS = "/settings/v1/interceptions"
_ACTIONS = "/settings/v2/entity-types/action-notifications"
_TEMPLATES = "/settings/v1/templates/minimized"


def fetch_catalogue(client: PlatformClient) -> Catalogue:
    """Fetch what a platform offers (contract sections 3.3 and 6.7), and the names of its templates.

    Args:
        client: Calls the platform. Who may not see templates gets none.

    Raises:
        CliError: The platform cannot be called, refuses, or does not respond as the platform does.
    """
    interceptions = client.search(_INTERCEPTIONS, {}, INTERCEPTABLE)
    actions = client.get(_ACTIONS, {"entityTypes": [NOTIFIABLE]})["entityTypes"]
    return Catalogue.of(
        "the platform's list",
        True,
        interceptions,
        [(item["entityName"], item["actionName"]) for item in actions],
        _templates(client),
    )


def _templates(client: PlatformClient) -> list[tuple[str, str]]:
    try:
        templates = client.search(_TEMPLATES, {}, TEMPLATE_NAME)
    except PlatformRefused:
        return []
    return [(item["entityTypeName"], item["name"]) for item in templates]


def compare(published: Catalogue, online: Catalogue) -> dict[str, list[str]]:
    """Name what only one of two catalogues has.

    Returns:
        `onlyOnline` and `onlyPublished`, each as API ids, `adapt-entity TYPE` and `notification TYPE ACTION`.
    """
    here, there = set(_names(published)), set(_names(online))
    return {"onlyOnline": sorted(there - here), "onlyPublished": sorted(here - there)}


def _names(catalogue: Catalogue) -> Iterator[str]:
    yield from (api.api_id for api in catalogue.apis)
    yield from (f"adapt-entity {entity_type}" for entity_type in catalogue.entity_types)
    yield from _notification_names(catalogue.notifications.items())


def _notification_names(notifications: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    for entity_type, actions in notifications:
        yield from (f"notification {entity_type} {action}" for action in actions)
