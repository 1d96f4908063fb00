"""What has to change so that the subscriptions for a URL are the desired ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from biot_plugin_cli.subscriptions.hook import Subscription

__all__ = ["SubscriptionChanges", "compare"]


@dataclass(frozen=True, slots=True)
class SubscriptionChanges:
    """How the subscriptions for a URL change.

    Attributes:
        added: Those that are made.
        removed: Those that are removed, as they are.
        changed: Those that get another order, as they will be.
        unchanged: Those that stay as they are.
    """

    added: tuple[Subscription, ...] = ()
    removed: tuple[Subscription, ...] = ()
    changed: tuple[Subscription, ...] = ()
    unchanged: tuple[Subscription, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.added or self.removed or self.changed)

    @property
    def desired(self) -> tuple[Subscription, ...]:
        """The subscriptions after the change."""
        return (*self.added, *self.changed, *self.unchanged)


def compare(desired: Iterable[Subscription], existing: Iterable[Subscription]) -> SubscriptionChanges:
    """Compare the desired subscriptions for a URL with the existing ones.

    Args:
        desired: The desired ones; one without an order adopts the existing order.
        existing: The existing ones, all for this URL; of two for the same hook, which differ in the spelling of the
            URL, one is removed.
    """
    removed = list(existing)
    added: list[Subscription] = []
    changed: list[Subscription] = []
    unchanged: list[Subscription] = []
    for subscription in desired:
        before = _find(subscription, removed)
        if before is None:
            added.append(subscription)
            continue
        removed.remove(before)
        # Under the URL that the dispatcher has, as another spelling would be another subscription.
        after = replace(before, order=before.order if subscription.order is None else subscription.order)
        (unchanged if after == before else changed).append(after)
    return SubscriptionChanges(tuple(added), tuple(removed), tuple(changed), tuple(unchanged))


def _find(subscription: Subscription, existing: Iterable[Subscription]) -> Subscription | None:
    same = [candidate for candidate in existing if candidate.key == subscription.key]
    return next((item for item in same if item.endpoint == subscription.endpoint), next(iter(same), None))
