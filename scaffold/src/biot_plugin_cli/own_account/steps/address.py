"""The function URL on the alias, and the permissions that let the platform call it."""

from __future__ import annotations

from biot_plugin_cli.aws.function_url import create_url, find_url, update_url
from biot_plugin_cli.aws.permissions import Permission, add_permission, url_permissions
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.own_account.steps.base import Deployment, Step, step_for

__all__ = ["plan_address", "plan_permissions"]


def plan_permissions(deployment: Deployment) -> list[Step]:
    """Plan the permissions of the URL."""
    existing = deployment.actual.permissions
    missing = [permission for permission in url_permissions() if existing.get(permission.sid) != permission]
    return permission_steps(deployment, missing, f"permissions of the alias {deployment.desired.alias}")


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
    before, cors = deployment.actual.url, deployment.desired.cors
    deployment.url = before.address if before else None
    account, name, alias = deployment.account, deployment.desired.names.function, deployment.desired.alias

    def create() -> None:
        create_url(account, name, alias, cors)
        created = find_url(account, name, alias)
        deployment.url = created.address if created else None

    return step_for(
        "function URL",
        {"authType": before.auth_type, "cors": dict(before.cors)} if before else None,
        {"authType": "NONE", "cors": cors},
        create,
        lambda: update_url(account, name, alias, cors),
    )


def _describe(permission: Permission | None) -> str | None:
    if permission is None:
        return None
    conditions = " and ".join(f"{key} = {value}" for key, value in permission.conditions)
    return f"{permission.principal} if {conditions}" if conditions else permission.principal
