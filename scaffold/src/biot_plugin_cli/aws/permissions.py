"""The resource policy of the alias: who may call the function.

Sids are fixed, so that a repeated deployment replaces a statement instead of adding another one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from biot_plugin_cli.aws.errors import find, tolerate
from biot_plugin_cli.aws.session import Account

__all__ = [
    "Permission",
    "add_permission",
    "find_permissions",
    "remove_permission",
    "schedule_permission",
    "url_permissions",
]

_PREFIX = "biot-plugin-"


@dataclass(frozen=True, slots=True)
class Permission:
    """A statement of the policy.

    Attributes:
        sid: Its id.
        action: What is allowed.
        principal: To whom: `*`, or an AWS service.
        conditions: Under which conditions, each as `key = value`, sorted.
        alias: The alias that it is for; None for the function itself.
    """

    sid: str
    action: str
    principal: str
    conditions: tuple[tuple[str, str], ...]
    alias: str | None = field(default=None, compare=False)

    @property
    def is_own(self) -> bool:
        """Whether a deployment has made it."""
        return self.alias is not None and self.sid.startswith(_PREFIX)


def url_permissions() -> tuple[Permission, ...]:
    """Return the statements that a public function URL needs.

    AWS requires both. Without its condition, the second one would let everybody invoke the function past the URL.
    """
    return (
        Permission(f"{_PREFIX}url", "lambda:InvokeFunctionUrl", "*", (("lambda:FunctionUrlAuthType", "NONE"),)),
        Permission(f"{_PREFIX}url-invoke", "lambda:InvokeFunction", "*", (("lambda:InvokedViaFunctionUrl", "true"),)),
    )


def schedule_permission(rule_arn: str) -> Permission:
    """Return the statement that one rule of EventBridge needs.

    Args:
        rule_arn: The ARN of the rule; no other one may call the function.
    """
    return Permission(
        f"{_PREFIX}schedule", "lambda:InvokeFunction", "events.amazonaws.com", (("AWS:SourceArn", rule_arn),)
    )


def find_permissions(account: Account, function: str, alias: str | None) -> list[Permission]:
    """Read the statements of an alias, or of the function itself.

    Args:
        account: The account.
        function: The function's name.
        alias: The alias; None for the function itself.
    """
    response = find(lambda: account.lambda_functions.get_policy(FunctionName=function, **_qualifier(alias)))
    statements = json.loads(response["Policy"]).get("Statement", []) if response else []
    return [
        replace(_parse(statement), alias=alias)
        for statement in statements
        # Some stand-ins of AWS have one policy for both.
        if str(statement.get("Resource")).endswith(f":{alias}" if alias else f":{function}")
    ]


def add_permission(account: Account, function: str, alias: str, permission: Permission) -> None:
    """Set a statement, replacing the one with its id."""
    remove_permission(account, function, alias, permission.sid)
    account.lambda_functions.add_permission(
        FunctionName=function,
        Qualifier=alias,
        StatementId=permission.sid,
        Action=permission.action,
        Principal=permission.principal,
        **_request(permission),
    )


def remove_permission(account: Account, function: str, alias: str | None, sid: str) -> None:
    """Remove a statement of an alias, or of the function itself, if there is one."""
    tolerate(
        lambda: account.lambda_functions.remove_permission(FunctionName=function, StatementId=sid, **_qualifier(alias))
    )


def _qualifier(alias: str | None) -> dict[str, Any]:
    return {"Qualifier": alias} if alias else {}


def _request(permission: Permission) -> dict[str, Any]:
    fields: Mapping[str, tuple[str, Any]] = {
        "lambda:FunctionUrlAuthType": ("FunctionUrlAuthType", str),
        "lambda:InvokedViaFunctionUrl": ("InvokedViaFunctionUrl", lambda value: value == "true"),
        "AWS:SourceArn": ("SourceArn", str),
    }
    return {fields[key][0]: fields[key][1](value) for key, value in permission.conditions}


def _parse(statement: Mapping[str, Any]) -> Permission:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        principal = principal.get("Service") or principal.get("AWS") or principal
    operators = (statement.get("Condition") or {}).values()
    conditions = [(_canonical(key), _lower(value)) for tests in operators for key, value in tests.items()]
    # Some stand-ins of AWS show conditions as members of the statement.
    for key, name in (
        ("FunctionUrlAuthType", "lambda:FunctionUrlAuthType"),
        ("InvokedViaFunctionUrl", "lambda:InvokedViaFunctionUrl"),
    ):
        if key in statement:
            conditions.append((name, _lower(statement[key])))
    return Permission(
        str(statement.get("Sid") or ""), str(statement.get("Action")), str(principal), tuple(sorted(set(conditions)))
    )


def _canonical(key: str) -> str:
    return "AWS:SourceArn" if key.lower() == "aws:sourcearn" else key


def _lower(value: Any) -> str:
    text = str(value)
    return text.lower() if text in ("True", "False") else text
