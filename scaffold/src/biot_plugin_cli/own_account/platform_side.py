"""What a plugin in one's own account needs on the platform: a service user, and subscriptions for its URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["PlatformSide", "SubscriptionPlan"]


@dataclass(frozen=True, slots=True)
class SubscriptionPlan:
    """How the subscriptions for a URL change, each described in one line.

    Attributes:
        added: Those that are made.
        removed: Those that are removed.
        moved: Those that get another order.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


class PlatformSide(Protocol):
    """The platform, as far as it concerns a plugin in one's own account."""

    def find_service_user(self, name: str) -> str | None:
        """Return the id of a service user; None if there is none."""

    def ensure_service_user(self, name: str) -> str:
        """Create a service user if there is none of this name; return its id."""

    def new_secret_key(self, user_id: str) -> str:
        """Make a new secret key."""

    def delete_service_user(self, name: str) -> None:
        """Delete a service user, if there is one."""

    def compare_subscriptions(self, hooks: Mapping[str, Any], url: str | None) -> SubscriptionPlan:
        """Compare the subscriptions for a URL with those that hooks need.

        Args:
            hooks: The hooks, as `hooks_document` has them.
            url: The URL; None if there is none yet, and so nothing is subscribed.
        """

    def subscribe(self, hooks: Mapping[str, Any], url: str, *, parts: Sequence[str]) -> None:
        """Change the subscriptions for a URL to those that hooks need.

        Args:
            hooks: The hooks, as `hooks_document` has them.
            url: The URL.
            parts: Which changes to make: `added`, `removed` and `moved`.
        """
