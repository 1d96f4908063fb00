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
# What the manifest cannot say, with the value that it has then.
_CORS_BY_HAND = {"AllowCredentials": False, "MaxAge": 0}
_INVOKE_MODE = "BUFFERED"


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A function URL.

    Attributes:
        address: The URL, with a slash at the end; empty if it is not made yet.
        cors: The cross-origin lists, by the names that they have in the manifest, sorted; none if empty.
        auth_type: Who may call it.
        by_hand: What somebody has set that no deployment sets.
    """

    address: str
    cors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    auth_type: str = _AUTH_TYPE
    by_hand: Mapping[str, Any] = field(default_factory=dict)


def find_url(account: Account, function: str, alias: str | None) -> FunctionUrl | None:
    """Read the URL of an alias, or of the function itself; None if it has none."""
    response = find(
        lambda: account.lambda_functions.get_function_url_config(FunctionName=function, **_qualifier(alias))
    )
    if response is None:
        return None
    shown: Mapping[str, Any] = response.get("Cors") or {}
    cors = {name: sorted(shown[key]) for name, key in _CORS.items() if shown.get(key)}
    by_hand = {name: shown[name] for name in _CORS_BY_HAND if shown.get(name)}
    if (mode := response.get("InvokeMode", _INVOKE_MODE)).upper() != _INVOKE_MODE:
        by_hand["InvokeMode"] = mode
    address = response["FunctionUrl"].rstrip("/") + "/"
    return FunctionUrl(address, cors, response.get("AuthType", _AUTH_TYPE), by_hand)


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
    """Set who may call a URL, and from where, and take back what somebody has set."""
    request = {**_request(cors), "InvokeMode": _INVOKE_MODE}
    request["Cors"] = {**_CORS_BY_HAND, **request.get("Cors", {})}
    account.lambda_functions.update_function_url_config(FunctionName=function, Qualifier=alias, **request)


def delete_url(account: Account, function: str, alias: str | None) -> None:
    """Delete the URL of an alias, or of the function itself."""
    tolerate(lambda: account.lambda_functions.delete_function_url_config(FunctionName=function, **_qualifier(alias)))


def _qualifier(alias: str | None) -> dict[str, Any]:
    return {"Qualifier": alias} if alias else {}


def _request(cors: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    lists = {_CORS[name]: list(values) for name, values in cors.items() if values}
    return {"AuthType": _AUTH_TYPE, **({"Cors": lists} if lists else {})}
