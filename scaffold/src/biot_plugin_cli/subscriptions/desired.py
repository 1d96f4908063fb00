"""The subscriptions that a plugin at a URL needs, from the hooks that its code declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from biot_plugin_cli.hooks.interceptable import Interceptable
from biot_plugin_cli.subscriptions.hook import NOTIFICATION, Subscription

__all__ = ["desired_subscriptions"]


def desired_subscriptions(
    hooks: Mapping[str, Any],
    url: str,
    interception_order: int | None = None,
    interceptable: Interceptable | None = None,
) -> tuple[Subscription, ...]:
    """Return the subscriptions that make the platform call a URL for a plugin's hooks.

    Args:
        hooks: The `subscriptions` of `Hooks`: `interceptions` and `notifications` in the format of a plugin's
            configuration (contract section 6.4).
        url: The plugin's URL.
        interception_order: The order of interceptions that have none of their own; None for any.
        interceptable: What can be intercepted, which tells the values in an API id from its names; the published list
            if None.
    """
    listed = interceptable or Interceptable.published()
    interceptions = [_interception(item, url, interception_order, listed) for item in hooks.get("interceptions") or ()]
    notifications = [_notification(item, url) for item in hooks.get("notifications") or ()]
    return (*_with_distinct_orders(interceptions), *notifications)


def _interception(
    item: Mapping[str, Any], url: str, default_order: int | None, interceptable: Interceptable
) -> Subscription:
    order = item.get("order") or default_order
    if not item.get("apiId"):
        return Subscription(item["type"], url, entity_type=item["entityTypeName"], order=order)
    # The dispatcher has a value in place of a path variable as a filter.
    api_id, values = interceptable.resolve(item["apiId"])
    return Subscription(item["type"], url, api_id=api_id, path_filters=tuple(sorted(values.items())), order=order)


def _notification(item: Mapping[str, Any], url: str) -> Subscription:
    return Subscription(
        NOTIFICATION,
        url,
        entity_type=item["entityTypeName"],
        action=item["actionName"],
        template=item.get("templateName") or "",
    )


def _with_distinct_orders(interceptions: Iterable[Subscription]) -> Iterator[Subscription]:
    """Move each interception whose order is taken by an earlier one of its API or entity type to the next free order.

    The platform moves one of them in any case, and each time they are subscribed it would be another one.
    """
    taken: dict[tuple[str, str], set[int]] = {}
    for interception in interceptions:
        order, orders = interception.order, taken.setdefault(interception.scope, set())
        if order is not None:
            while order in orders:
                order += 1
            orders.add(order)
        yield replace(interception, order=order)
