"""The function URL, the public address of the alias: changed in place, as a new one would have another address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.aws.errors import find, tolerate, unless_exists
from biot_plugin_cli.aws.session import Account

__all__ = ["FunctionUrl", "create_url", "delete_url", "find_url", "update_url"]

_AUTH_TYPE = "NONE"
_CORS = {
    "allow-origins": "AllowOrigins",
    "allow-methods": "AllowMethods",
    "allow-headers": "AllowHeaders",
    "expose-headers": "ExposeHeaders",
}


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A function URL.

    Attributes:
        address: The URL, with a slash at the end; empty if it is not made yet.
        cors: The cross-origin lists, by the names that they have in the manifest, sorted; none if empty.
        auth_type: Who may call it.
    """

    address: str
    cors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    auth_type: str = _AUTH_TYPE


def find_url(account: Account, function: str, alias: str) -> FunctionUrl | None:
    """Read the URL of an alias; None if it has none."""
    response = find(lambda: account.lambda_functions.get_function_url_config(FunctionName=function, Qualifier=alias))
    if response is None:
        return None
    shown: Mapping[str, Any] = response.get("Cors") or {}
    cors = {name: sorted(shown[key]) for name, key in _CORS.items() if shown.get(key)}
    return FunctionUrl(response["FunctionUrl"].rstrip("/") + "/", cors, response.get("AuthType", _AUTH_TYPE))


def create_url(account: Account, function: str, alias: str, cors: Mapping[str, Sequence[str]]) -> None:
    """Create the URL of an alias; one that exists already is updated."""
    created = unless_exists(
        lambda: account.lambda_functions.create_function_url_config(
            FunctionName=function, Qualifier=alias, **_request(cors)
        )
    )
    if created is None:
        update_url(account, function, alias, cors)


def update_url(account: Account, function: str, alias: str, cors: Mapping[str, Sequence[str]]) -> None:
    """Set who may call a URL, and from where."""
    account.lambda_functions.update_function_url_config(
        FunctionName=function, Qualifier=alias, **_request(cors, always=True)
    )


def delete_url(account: Account, function: str, alias: str) -> None:
    """Delete the URL of an alias."""
    tolerate(lambda: account.lambda_functions.delete_function_url_config(FunctionName=function, Qualifier=alias))


def _request(cors: Mapping[str, Sequence[str]], *, always: bool = False) -> dict[str, Any]:
    lists = {_CORS[name]: list(values) for name, values in cors.items() if values}
    return {"AuthType": _AUTH_TYPE, **({"Cors": lists} if lists or always else {})}
