"""The alias: the version of the function that the URL and the schedule call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.aws.errors import find, tolerate, unless_exists
from biot_plugin_cli.aws.session import Account

__all__ = ["MAX_VERSIONS", "Alias", "delete_alias", "find_alias", "prune_versions", "set_alias"]

MAX_VERSIONS = 5
"""How many published versions stay."""


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias.

    Attributes:
        version: The version that is called.
        others: Other versions that a part of the calls goes to, as somebody has set by hand, and how large it is.
    """

    version: str
    others: Mapping[str, float] = field(default_factory=dict)


def find_alias(account: Account, function: str, name: str) -> Alias | None:
    """Read an alias; None if there is none."""
    response = find(lambda: account.lambda_functions.get_alias(FunctionName=function, Name=name))
    if response is None:
        return None
    routing = response.get("RoutingConfig") or {}
    return Alias(response["FunctionVersion"], dict(routing.get("AdditionalVersionWeights") or {}))


def set_alias(account: Account, function: str, name: str, version: str) -> None:
    """Let an alias call a version, and no other."""
    client = account.lambda_functions
    if find_alias(account, function, name) is None:
        created = unless_exists(lambda: client.create_alias(FunctionName=function, Name=name, FunctionVersion=version))
        if created is not None:
            return
    client.update_alias(
        FunctionName=function,
        Name=name,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )


def delete_alias(account: Account, function: str, name: str) -> None:
    """Delete an alias."""
    tolerate(lambda: account.lambda_functions.delete_alias(FunctionName=function, Name=name))


def prune_versions(account: Account, function: str, versions: list[str]) -> None:
    """Delete old versions but for the newest ones, and those that an alias calls.

    Args:
        account: The account.
        function: The function's name.
        versions: The numbers of all versions, the oldest first.
    """
    old = versions[:-MAX_VERSIONS]
    if not old:
        return
    pages = account.lambda_functions.get_paginator("list_aliases").paginate(FunctionName=function)
    called: set[str] = set()
    for alias in (alias for page in pages for alias in page["Aliases"]):
        routing: dict[str, Any] = dict(alias.get("RoutingConfig") or {})
        called |= {alias.get("FunctionVersion", ""), *(routing.get("AdditionalVersionWeights") or {})}
    for version in (version for version in old if version not in called):
        account.lambda_functions.delete_function(FunctionName=function, Qualifier=version)
