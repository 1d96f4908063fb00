"""The execution role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from biot_plugin_cli.aws.role import Role, create_role, update_role
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.own_account.steps.base import Deployment, Step, compare_tags, step_for
from biot_plugin_cli.own_account.steps.service_keys import is_secret_used

__all__ = ["plan_role"]


def plan_role(deployment: Deployment, *, is_live_replaced: bool) -> tuple[list[Step], list[Step]]:
    """Plan the execution role; nothing if an existing one is used.

    Args:
        deployment: The deployment.
        is_live_replaced: Whether another version will be live afterwards.

    Returns:
        The steps before the new version is live, which give what it needs, and those after it, which take what the
        version before has needed: it can do its work as long as it is called.

    Raises:
        OperationFailed: The role has another path, which cannot be changed.
    """
    account, desired = deployment.account, deployment.desired
    name = desired.names.role
    before = deployment.actual.role
    # AWS adds six characters to the name of a secret.
    secret = account.arn("secretsmanager", f"secret:{desired.names.secret}-??????")
    reads_secret = desired.has_secret or is_secret_used(deployment, is_live_replaced=is_live_replaced)
    after = desired.role(desired.names.log_group_arn(account), secret if reads_secret else None)
    if after is None:
        return [], []
    if before is not None and before.path != after.path:
        raise OperationFailed(
            f"The role {name} has the path {before.path}, which cannot be changed to {after.path}: set role-path in "
            "[tool.biot-plugin.aws] to it, or delete the plugin first"
        )
    description = f"Execution role of the BioT plugin {desired.names.plugin}"

    def change(old: Role | None, new: Role) -> list[Step]:
        return step_for(
            f"role {name}",
            _fields(old, after) if old else None,
            _fields(new, after),
            lambda: create_role(account, name, new, description),
            lambda: update_role(account, name, new, old),
        )

    if before is None or not is_live_replaced:
        return change(before, after), []
    both = replace(after, policy=_merge(after.policy, before.policy), others=before.others)
    return change(before, both), change(both, after)


def _merge(policy: Mapping[str, Any] | None, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a policy that also has the statements of the one before."""
    statements = _statement_list(policy)
    texts = {_without_id(statement) for statement in statements}
    old = [statement for statement in _statement_list(before) if _without_id(statement) not in texts]
    # Two statements must not have the same id.
    renamed = [{**statement, "Sid": f"Before{number}"} for number, statement in enumerate(old, 1)]
    return {**(policy or {}), "Statement": [*statements, *renamed]}


def _without_id(statement: Mapping[str, Any]) -> str:
    return json.dumps({**statement, "Sid": ""}, sort_keys=True)


def _statement_list(policy: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    statements = (policy or {}).get("Statement") or ()
    return [statements] if isinstance(statements, Mapping) else list(statements)


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
    return sorted(
        f"{'' if statement.get('Effect') == 'Allow' else 'not '}{action}{target}{_condition(statement)}"
        for statement in _statement_list(policy)
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
