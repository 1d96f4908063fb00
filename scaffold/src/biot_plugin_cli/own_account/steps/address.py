"""The function URL on the alias, and the permissions that let the platform call it."""

from __future__ import annotations

from biot_plugin_cli.aws.function.url import create_url, delete_url, find_url, update_url
from biot_plugin_cli.aws.log_group import tag_log_group
from biot_plugin_cli.aws.permissions import Permission, add_permission, remove_permission, url_permissions
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.own_account.actual_state import URL_TAG
from biot_plugin_cli.own_account.steps.base import Deployment, Step, step_for

__all__ = ["permission_steps", "plan_address", "plan_foreign_access", "plan_permissions"]


def plan_permissions(deployment: Deployment) -> list[Step]:
    """Plan the permissions of the URL."""
    existing = deployment.actual.permissions
    missing = [permission for permission in url_permissions() if existing.get(permission.sid) != permission]
    return permission_steps(deployment, missing, f"permissions of the alias {deployment.desired.alias}")


def plan_foreign_access(deployment: Deployment) -> list[Step]:
    """Plan to remove ways to call the function that somebody has made by hand, past what the platform needs."""
    account, name, others = deployment.account, deployment.desired.names.function, deployment.actual.other_permissions

    def remove() -> None:
        for permission in others:
            remove_permission(account, name, permission.alias, permission.sid)

    changes = tuple(Change(permission.action, _describe(permission), None) for permission in others)
    steps = [Step("permissions that were added by hand", "delete", changes, remove)] if others else []
    if other := deployment.actual.other_url:
        changes = (Change("address", other.address, None),)
        steps.append(Step("function URL past the alias", "delete", changes, lambda: delete_url(account, name, None)))
    return steps


def permission_steps(deployment: Deployment, missing: list[Permission], resource: str) -> list[Step]:
    """Plan to add permissions, one after the other, as AWS loses some of several at once.

    Args:
        deployment: The deployment.
        missing: The permissions.
        resource: What they are for.
    """
    if not missing:
        return []
    names, existing = deployment.desired.names, deployment.actual.permissions

    def run() -> None:
        for permission in missing:
            add_permission(deployment.account, names.function, deployment.desired.alias, permission)

    changes = tuple(
        Change(permission.action, _describe(existing.get(permission.sid)), _describe(permission))
        for permission in missing
    )
    is_new = all(permission.sid not in existing for permission in missing)
    return [Step(resource, "create" if is_new else "update", changes, run)]


def plan_address(deployment: Deployment) -> list[Step]:
    """Plan the function URL."""
    before, cors, recorded = deployment.actual.url, deployment.desired.cors, deployment.actual.recorded_address
    deployment.url = before.address if before else None
    account, name, alias = deployment.account, deployment.desired.names.function, deployment.desired.alias

    def create() -> None:
        create_url(account, name, alias, cors)
        created = find_url(account, name, alias)
        deployment.url = created.address if created else None
        _record(deployment)

    def update() -> None:
        if before is None or (before.auth_type, before.cors, before.by_hand) != ("NONE", cors, {}):
            update_url(account, name, alias, cors)
        _record(deployment)

    return step_for(
        "function URL",
        {
            "authType": before.auth_type,
            "cors": dict(before.cors),
            "recorded": recorded == before.address,
            **before.by_hand,
        }
        if before
        else None,
        {"authType": "NONE", "cors": cors, **({"recorded": True} if before else {})},
        create,
        update,
    )


def _record(deployment: Deployment) -> None:
    """Record the URL where it outlives the function, so that its subscriptions can be removed."""
    if deployment.url:
        tag_log_group(deployment.account, deployment.desired.names.log_group, {URL_TAG: deployment.url})


def _describe(permission: Permission | None) -> str | None:
    if permission is None:
        return None
    conditions = " and ".join(f"{key} = {value}" for key, value in permission.conditions)
    return f"{permission.principal} if {conditions}" if conditions else permission.principal
