"""The subscriptions in a plugin's configuration: what identifies them, and what is merged (contract section 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Subscription", "SubscriptionKey", "describe_subscription", "merge_subscriptions", "subscription_key"]

Subscription = Mapping[str, Any]
SubscriptionKey = tuple[tuple[str, str], ...]

_NAMES = ("type", "apiId", "entityTypeName", "actionName")


def subscription_key(subscription: Subscription) -> SubscriptionKey:
    """Return what identifies a subscription: everything but its order."""
    return tuple(sorted((name, str(value)) for name, value in subscription.items() if name != "order" and value))


def describe_subscription(subscription: Subscription) -> str:
    """Describe a subscription without its order, such as `PRE_REQUEST POST/organization/v1/users/patients`."""
    words = [str(subscription[name]) for name in _NAMES if subscription.get(name)]
    template = subscription.get("templateName")
    return " ".join([*words, *([f"of template {template}"] if template else [])])


def merge_subscriptions(deployed: Subscription, declared: Subscription, *, adopts_orders: bool) -> dict[str, Any]:
    """Merge the declared subscriptions into those of the deployed plugin.

    Declared lists replace the deployed ones: the platform would call a plugin for what it has no handler for.

    Args:
        deployed: The field `subscriptions` of the plugin on the platform.
        declared: The field of the new configuration.
        adopts_orders: Whether orders that are not declared stay as they are on the platform.
    """
    merged = {**deployed, **declared}
    if not adopts_orders:
        return merged
    merged["interceptionOrder"] = deployed.get("interceptionOrder")
    orders = {subscription_key(item): item.get("order") for item in deployed.get("interceptions") or ()}
    interceptions = declared.get("interceptions")
    if interceptions is not None:
        merged["interceptions"] = [_with_order(item, orders.get(subscription_key(item))) for item in interceptions]
    return merged


def _with_order(subscription: Subscription, order: int | None) -> Subscription:
    if order is None or subscription.get("order") is not None:
        return subscription
    return {**subscription, "order": order}
