"""The subscriptions at the platform's dispatcher for the function URL; those of other URLs are left alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.own_account.platform_side import PlatformSide
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.subscriptions.changes import SubscriptionChanges

__all__ = ["NO_HOOKS", "plan_lost_address", "plan_subscribing", "plan_unsubscribing"]

NO_HOOKS: Mapping[str, Any] = {"interceptions": [], "notifications": [], "cronSchedule": None}


def plan_lost_address(platform: PlatformSide, url: str | None) -> list[Step]:
    """Plan to remove the subscriptions for a URL that is gone: the calls that they are for would fail."""
    removed = platform.compare_subscriptions(NO_HOOKS, url).removed if url else ()
    if not removed or url is None:
        return []
    changes = (Change("subscriptions", [str(item) for item in removed], []),)
    return [
        Step(
            "subscriptions of a URL that is gone",
            "delete",
            changes,
            lambda: platform.subscribe(NO_HOOKS, url, parts=["removed"]),
        )
    ]


def plan_unsubscribing(deployment: Deployment) -> list[Step]:
    """Plan to remove what the new code does not handle, before it is called."""
    plan, url = _compare(deployment), deployment.actual.address
    if not plan.removed or url is None:
        return []
    changes = (Change("subscriptions", [str(item) for item in plan.removed], []),)
    return [Step("subscriptions of removed hooks", "update", changes, lambda: _change(deployment, "removed"))]


def plan_subscribing(deployment: Deployment) -> list[Step]:
    """Plan to add what the new code handles, after it is live."""
    plan = _compare(deployment)
    if not plan.added and not plan.changed:
        return []
    changes = (Change("subscriptions", [], [str(item) for item in (*plan.added, *plan.changed)]),)
    return [Step("subscriptions", "update", changes, lambda: _change(deployment, "added", "changed"))]


def _compare(deployment: Deployment) -> SubscriptionChanges:
    hooks = _hooks(deployment)
    return (
        SubscriptionChanges()
        if hooks is None
        else deployment.platform.compare_subscriptions(hooks, deployment.actual.address)
    )


def _change(deployment: Deployment, *parts: str) -> None:
    url, hooks = deployment.url or deployment.actual.address, _hooks(deployment)
    if url is None or hooks is None:
        raise OperationFailed("There is no function URL to subscribe: run this command again")
    deployment.platform.subscribe(hooks, url, parts=parts)


def _hooks(deployment: Deployment) -> Mapping[str, Any] | None:
    return NO_HOOKS if deployment.actual.is_disabled else deployment.desired.hooks
