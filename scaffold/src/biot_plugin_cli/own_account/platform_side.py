"""What a plugin in one's own account needs on the platform: a service user, and subscriptions for its URL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.service_users import (
    ServiceKey,
    delete_service_user,
    ensure_service_user,
    find_secret_keys,
    find_service_user,
    has_service_user,
    new_secret_key,
)
from biot_plugin_cli.subscriptions.apply import apply_changes
from biot_plugin_cli.subscriptions.changes import SubscriptionChanges, compare
from biot_plugin_cli.subscriptions.desired import desired_subscriptions
from biot_plugin_cli.subscriptions.existing import find_subscriptions

__all__ = ["BiotPlatform", "PlatformSide"]

_UNKNOWN_URL = "https://unknown.invalid/"


class PlatformSide(Protocol):
    """The platform, as far as it concerns a plugin in one's own account."""

    def find_service_user(self, name: str) -> str | None:
        """Return the id of a service user; None if there is none."""
        ...

    def has_service_user(self, name: str) -> bool:
        """Whether there is anything of a service user to delete."""
        ...

    def find_service_keys(self, user_id: str) -> tuple[str, ...]:
        """Return the ids of a service user's keys, the oldest first."""
        ...

    def make_service_key(self, name: str, role: str | None, used: Sequence[str]) -> ServiceKey:
        """Create a service user, if there is none of this name, and a key.

        Args:
            name: The name of the service user.
            role: The id of its role on the platform, if it is created; None to create one.
            used: The ids of the keys that are used, the most important one first, which is never deleted.
        """
        ...

    def delete_service_user(self, name: str) -> None:
        """Delete a service user, if there is one."""
        ...

    def compare_subscriptions(self, hooks: Mapping[str, Any], url: str | None) -> SubscriptionChanges:
        """Compare the subscriptions for a URL with those that hooks need.

        Args:
            hooks: The hooks, as `hooks_document` has them.
            url: The URL; None if there is none yet, and so nothing is subscribed.
        """
        ...

    def subscribe(self, hooks: Mapping[str, Any], url: str, *, parts: Collection[str]) -> None:
        """Change the subscriptions for a URL to those that hooks need.

        Args:
            hooks: The hooks, as `hooks_document` has them.
            url: The URL.
            parts: Which changes to make: `added`, `removed` and `changed`.
        """
        ...


@dataclass(frozen=True, slots=True)
class BiotPlatform:
    """The platform itself.

    Attributes:
        client: Its client.
    """

    client: PlatformClient

    def find_service_user(self, name: str) -> str | None:
        """Return the id of a service user; None if there is none."""
        user = find_service_user(self.client, name)
        return user.id if user else None

    def has_service_user(self, name: str) -> bool:
        """Whether there is anything of a service user to delete."""
        return has_service_user(self.client, name)

    def find_service_keys(self, user_id: str) -> tuple[str, ...]:
        """Return the ids of a service user's keys, the oldest first."""
        return find_secret_keys(self.client, user_id)

    def make_service_key(self, name: str, role: str | None, used: Sequence[str]) -> ServiceKey:
        """Create a service user, if there is none of this name, and a key."""
        user = ensure_service_user(self.client, name, role)
        return user.secret_key or new_secret_key(self.client, user.id, used)

    def delete_service_user(self, name: str) -> None:
        """Delete a service user, if there is one."""
        delete_service_user(self.client, name)

    def compare_subscriptions(self, hooks: Mapping[str, Any], url: str | None) -> SubscriptionChanges:
        """Compare the subscriptions for a URL with those that hooks need."""
        existing = () if url is None else find_subscriptions(self.client, url)
        return compare(desired_subscriptions(hooks, url or _UNKNOWN_URL), existing)

    def subscribe(self, hooks: Mapping[str, Any], url: str, *, parts: Collection[str]) -> None:
        """Change the subscriptions for a URL to those that hooks need."""
        changes = self.compare_subscriptions(hooks, url)
        selected = SubscriptionChanges(
            added=changes.added if "added" in parts else (),
            removed=changes.removed if "removed" in parts else (),
            changed=changes.changed if "changed" in parts else (),
            unchanged=changes.unchanged,
        )
        apply_changes(selected, self.client)
