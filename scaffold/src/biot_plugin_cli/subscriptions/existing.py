"""The subscriptions that the platform's dispatcher has for a URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.response_schemas import INTERCEPTION, NOTIFICATION_SUBSCRIPTION
from biot_plugin_cli.subscriptions.hook import NOTIFICATION, Subscription, is_same_url

__all__ = ["INTERCEPTIONS", "NOTIFICATIONS", "find_subscriptions"]

INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
"""The path of the interceptions (contract section 2.11)."""
NOTIFICATIONS = "/dispatcher/v1/hooks/notifications"
"""The path of the notifications (contract section 3.5)."""


def find_subscriptions(calls: PlatformClient, url: str) -> tuple[Subscription, ...]:
    """Fetch the subscriptions for a URL; the slash at the end of a host does not matter.

    Args:
        calls: The platform's client.
        url: The URL.

    Raises:
        Unreachable: The platform did not respond.
        Refusal: The platform responded with an error.
    """
    # Interceptions are not documented to be filtered by their endpoint, and there are not many.
    interceptions = calls.search(INTERCEPTIONS, {}, INTERCEPTION)
    notifications = calls.search(NOTIFICATIONS, {}, NOTIFICATION_SUBSCRIPTION)
    found = [*map(_interception, interceptions), *map(_notification, notifications)]
    return tuple(subscription for subscription in found if is_same_url(subscription.endpoint, url))


def _interception(document: Mapping[str, Any]) -> Subscription:
    is_adapter = document["type"] == "ADAPT_ENTITY"
    filters = document.get("pathFilters") or {}
    return Subscription(
        document["type"],
        document["endpoint"],
        # The dispatcher may show the other one too.
        api_id="" if is_adapter else str(document.get("apiId") or ""),
        entity_type=str(document.get("entityName") or "") if is_adapter else "",
        path_filters=tuple(sorted((str(name), str(value)) for name, value in filters.items())),
        order=document["executionOrder"],
    )


def _notification(document: Mapping[str, Any]) -> Subscription:
    return Subscription(
        NOTIFICATION,
        document["endpoint"],
        entity_type=document["entityTypeName"],
        action=document["actionName"],
        template=str(document.get("templateName") or ""),
    )
