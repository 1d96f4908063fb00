"""The execution role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.aws.role import Role, create_role, update_role
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.own_account.steps.base import Deployment, Step, compare_tags, step_for

__all__ = ["plan_role"]


def plan_role(deployment: Deployment) -> list[Step]:
    """Plan the execution role; nothing if an existing one is used.

    Raises:
        OperationFailed: The role has another path, which cannot be changed.
    """
    account, desired = deployment.account, deployment.desired
    name = desired.names.role
    before = deployment.actual.role
    # AWS adds six characters to the name of a secret.
    secret = account.arn("secretsmanager", f"secret:{desired.names.secret}-??????")
    after = desired.role(desired.names.log_group_arn(account), secret)
    if after is None:
        return []
    if before is not None and before.path != after.path:
        raise OperationFailed(
            f"The role {name} has the path {before.path}, which cannot be changed to {after.path}: set role-path in "
            "[tool.biot-plugin.aws] to it, or delete the plugin first"
        )
    description = f"Execution role of the BioT plugin {desired.names.plugin}"
    return step_for(
        f"role {name}",
        _fields(before, after) if before else None,
        _fields(after, after),
        lambda: create_role(account, name, after, description),
        lambda: update_role(account, name, after, before),
    )


def _fields(role: Role, desired: Role) -> Mapping[str, Any]:
    boundary = {"permissionsBoundary": role.boundary} if role.boundary else {}
    return {
        "mayDo": _statements(role.policy),
        "assumedBy": _statements(role.trust),
        **boundary,
        "tags": compare_tags(role.tags, desired.tags),
    }


def _statements(policy: Mapping[str, Any] | None) -> list[str]:
    """Describe the statements of a policy, each action and resource in a line."""
    statements = (policy or {}).get("Statement") or ()
    return sorted(
        f"{'' if statement.get('Effect') == 'Allow' else 'not '}{action} by {_who(statement)}"
        if "Principal" in statement
        else f"{'' if statement.get('Effect') == 'Allow' else 'not '}{action} on {resource}"
        for statement in ([statements] if isinstance(statements, Mapping) else statements)
        for action in _listed(statement.get("Action"))
        for resource in _listed(statement.get("Resource")) or [""]
    )


def _who(statement: Mapping[str, Any]) -> str:
    principal = statement["Principal"]
    return str(principal.get("Service") or principal) if isinstance(principal, Mapping) else str(principal)


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []
