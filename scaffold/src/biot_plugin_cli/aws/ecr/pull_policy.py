"""The statement of a repository's policy that lets Lambda pull the images of the account's functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.aws.session import Account

__all__ = ["may_pull", "with_pull_right"]

# The name that Lambda gives it, where it may add it itself.
_SID = "LambdaECRImageRetrievalPolicy"
_SERVICE = "lambda.amazonaws.com"
_ACTIONS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def may_pull(policy: Mapping[str, Any] | None) -> bool:
    """Whether a policy allows Lambda what it needs."""
    allowed = {action.lower() for statement in _statements(policy) for action in _actions_for_lambda(statement)}
    return allowed >= {action.lower() for action in _ACTIONS} or bool(allowed & {"ecr:*", "*"})


def with_pull_right(policy: Mapping[str, Any] | None, account: Account) -> dict[str, Any]:
    """Return a policy that allows Lambda, for functions of this account, what it needs; the rest stays as it is.

    Args:
        policy: The policy before; None for none.
        account: The account.
    """
    own = {
        "Sid": _SID,
        "Effect": "Allow",
        "Principal": {"Service": _SERVICE},
        "Action": list(_ACTIONS),
        "Condition": {"StringLike": {"aws:sourceArn": account.arn("lambda", "function:*")}},
    }
    others = [statement for statement in _statements(policy) if statement.get("Sid") != _SID]
    return {"Version": "2012-10-17", **(policy or {}), "Statement": [*others, own]}


def _statements(policy: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    statements = (policy or {}).get("Statement") or []
    return [statements] if isinstance(statements, Mapping) else list(statements)


def _actions_for_lambda(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal")
    services = principal.get("Service") if isinstance(principal, Mapping) else None
    if statement.get("Effect") == "Allow" and (principal == "*" or _SERVICE in _listed(services)):
        yield from _listed(statement.get("Action"))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value] if value else []
