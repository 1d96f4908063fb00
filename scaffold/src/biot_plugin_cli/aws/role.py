"""The execution role: what the function may do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.aws.errors import find, tolerate, unless_exists
from biot_plugin_cli.aws.session import Account

__all__ = ["Role", "create_role", "delete_role", "find_role", "update_role"]

POLICY_NAME = "biot-plugin"
"""The name of the role's own policy."""


@dataclass(frozen=True, slots=True)
class Role:
    """An execution role.

    Attributes:
        path: Its path.
        trust: Who may assume it.
        policy: What it may do; None if that is not said.
        boundary: The ARN of the policy that bounds it; empty for none.
        tags: Its tags.
        others: What somebody has added by hand: the names of inline policies, and the ARNs of attached ones.
    """

    path: str
    trust: Mapping[str, Any]
    policy: Mapping[str, Any] | None
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def find_role(account: Account, name: str) -> Role | None:
    """Read a role; None if there is none."""
    response = find(lambda: account.iam.get_role(RoleName=name))
    if response is None:
        return None
    role = response["Role"]
    policy = find(lambda: account.iam.get_role_policy(RoleName=name, PolicyName=POLICY_NAME))
    tags = account.iam.list_role_tags(RoleName=name)["Tags"]
    return Role(
        path=role["Path"],
        trust=_document(role.get("AssumeRolePolicyDocument")),
        policy=_document(policy["PolicyDocument"]) if policy else None,
        boundary=(role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or "",
        tags={tag["Key"]: tag["Value"] for tag in tags},
        others=tuple(sorted([*_inline_policies(account, name), *_attached_policies(account, name)])),
    )


def create_role(account: Account, name: str, role: Role, description: str) -> None:
    """Create a role with its policy; one that exists already is updated."""
    boundary: dict[str, Any] = {"PermissionsBoundary": role.boundary} if role.boundary else {}
    created = unless_exists(
        lambda: account.iam.create_role(
            Path=role.path,
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(role.trust),
            Description=description,
            Tags=[{"Key": key, "Value": value} for key, value in role.tags.items()],
            **boundary,
        )
    )
    if created is None:
        update_role(account, name, role, find_role(account, name))
    else:
        _put_policy(account, name, role)


def update_role(account: Account, name: str, role: Role, before: Role | None) -> None:
    """Set what differs from the role as it was read."""
    if before is None or before.policy != role.policy:
        _put_policy(account, name, role)
    if before is None or before.trust != role.trust:
        account.iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(role.trust))
    if before is None or before.boundary != role.boundary:
        _put_boundary(account, name, role.boundary)
    if missing := {key: value for key, value in role.tags.items() if before is None or before.tags.get(key) != value}:
        account.iam.tag_role(RoleName=name, Tags=[{"Key": key, "Value": value} for key, value in missing.items()])
    for policy in [] if before is None else [other for other in before.others if other not in role.others]:
        _remove_policy(account, name, policy)


def delete_role(account: Account, name: str) -> None:
    """Delete a role, with all of its policies, which would keep AWS from deleting it."""
    role = find_role(account, name)
    if role is None:
        return
    for policy in (*role.others, POLICY_NAME):
        _remove_policy(account, name, policy)
    tolerate(lambda: account.iam.delete_role(RoleName=name))


def _inline_policies(account: Account, name: str) -> list[str]:
    pages = account.iam.get_paginator("list_role_policies").paginate(RoleName=name)
    return [policy for page in pages for policy in page["PolicyNames"] if policy != POLICY_NAME]


def _attached_policies(account: Account, name: str) -> list[str]:
    pages = account.iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    return [policy.get("PolicyArn", "") for page in pages for policy in page["AttachedPolicies"]]


def _remove_policy(account: Account, name: str, policy: str) -> None:
    # Names of policies have no colon.
    if policy.startswith("arn:"):
        tolerate(lambda: account.iam.detach_role_policy(RoleName=name, PolicyArn=policy))
    else:
        tolerate(lambda: account.iam.delete_role_policy(RoleName=name, PolicyName=policy))


def _put_policy(account: Account, name: str, role: Role) -> None:
    account.iam.put_role_policy(RoleName=name, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(role.policy))


def _put_boundary(account: Account, name: str, boundary: str) -> None:
    if boundary:
        account.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    else:
        tolerate(lambda: account.iam.delete_role_permissions_boundary(RoleName=name))


def _document(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(value) if isinstance(value, str) else dict(value or {})
    return document
