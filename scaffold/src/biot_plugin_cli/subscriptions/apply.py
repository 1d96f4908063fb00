"""Changes the subscriptions for a URL at the platform's dispatcher."""

from __future__ import annotations

from collections.abc import Iterable

from biot_plugin_cli.errors import PlatformRefused
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.errors import Refusal
from biot_plugin_cli.subscriptions.changes import SubscriptionChanges, compare
from biot_plugin_cli.subscriptions.existing import INTERCEPTIONS, NOTIFICATIONS, find_subscriptions
from biot_plugin_cli.subscriptions.hook import Subscription

__all__ = ["apply_changes"]

_CONFLICT = 409
_NOT_FOUND = 404
_MAX_ROUNDS = 10


def apply_changes(changes: SubscriptionChanges, calls: PlatformClient) -> None:
    """Make the changes; those that have been made already, by an interrupted run, are no error.

    A subscription that takes an order moves whoever has it one up, and so on, which can be one of the same URL: the
    orders are read afterwards, and set again where that has happened. Subscriptions for other URLs are never sent.

    Args:
        changes: The changes, or some of them.
        calls: The platform's client.

    Raises:
        PlatformUnreachable: The platform did not respond; the next run goes on.
        PlatformRefused: The platform responded with an error.
    """
    for subscription in changes.removed:
        _unsubscribe(subscription, calls)
    _subscribe_all((*changes.added, *changes.changed), calls)
    if any(subscription.order is not None for subscription in (*changes.added, *changes.changed)):
        _settle_orders(changes.desired, calls)


def _settle_orders(desired: tuple[Subscription, ...], calls: PlatformClient) -> None:
    for _ in range(_MAX_ROUNDS):
        moved = compare(desired, find_subscriptions(calls, desired[0].endpoint)).changed
        if not moved:
            return
        _subscribe_all(moved, calls)
    raise PlatformRefused("The platform does not keep the orders of the interceptions: choose others")


def _subscribe_all(subscriptions: Iterable[Subscription], calls: PlatformClient) -> None:
    # Whoever takes an order moves nobody with a lower one.
    for subscription in sorted(subscriptions, key=lambda item: item.order or 0):
        _subscribe(subscription, calls)


def _subscribe(subscription: Subscription, calls: PlatformClient) -> None:
    try:
        calls.send_json("POST", f"{_path(subscription)}/subscribe", subscription.body())
    except Refusal as error:
        if not (subscription.is_notification and error.status_code == _CONFLICT):
            raise


def _unsubscribe(subscription: Subscription, calls: PlatformClient) -> None:
    try:
        calls.send_json("POST", f"{_path(subscription)}/unsubscribe", subscription.unsubscribing_body())
    except Refusal as error:
        # A response without a code is not one about a subscription.
        if not (error.status_code == _NOT_FOUND and error.code):
            raise


def _path(subscription: Subscription) -> str:
    return NOTIFICATIONS if subscription.is_notification else INTERCEPTIONS
