"""The execution role."""

from __future__ import annotations

import json
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
        "otherPolicies": list(role.others),
        **boundary,
        "tags": compare_tags(role.tags, desired.tags),
    }


def _statements(policy: Mapping[str, Any] | None) -> list[str]:
    """Describe the statements of a policy, each action and resource in a line."""
    statements = (policy or {}).get("Statement") or ()
    return sorted(
        f"{'' if statement.get('Effect') == 'Allow' else 'not '}{action}{target}{_condition(statement)}"
        for statement in ([statements] if isinstance(statements, Mapping) else statements)
        for action in _named(statement, "Action", "all but ")
        for target in _targets(statement)
    )


def _targets(statement: Mapping[str, Any]) -> list[str]:
    if "Principal" in statement:
        return [f" by {_who(statement)}"]
    return [f" on {resource}" for resource in _named(statement, "Resource", "all but ")] or [""]


def _named(statement: Mapping[str, Any], name: str, otherwise: str) -> list[str]:
    return [*_listed(statement.get(name)), *(f"{otherwise}{item}" for item in _listed(statement.get(f"Not{name}")))]


def _condition(statement: Mapping[str, Any]) -> str:
    condition = statement.get("Condition")
    return f" if {json.dumps(condition, sort_keys=True)}" if condition else ""


def _who(statement: Mapping[str, Any]) -> str:
    principal = statement["Principal"]
    if isinstance(principal, Mapping) and [*principal] == ["Service"]:
        return str(principal["Service"])
    return json.dumps(principal, sort_keys=True) if isinstance(principal, Mapping) else str(principal)


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []
