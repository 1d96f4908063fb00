"""Service users: what a plugin that BioT does not run logs in as (contract section 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.errors import Refusal
from biot_plugin_cli.platform.response_schemas import NEW_SECRET_KEY, ROLE, SERVICE_USER, matches

__all__ = [
    "ServiceKey",
    "ServiceUser",
    "delete_service_user",
    "ensure_service_user",
    "find_secret_keys",
    "find_service_user",
    "has_service_user",
    "new_secret_key",
]

_SERVICE_USERS = "/ums/v2/services"
_ROLES = "/ums/v2/admin/roles"
_DESCRIPTION = "Role of a plugin's service user, made by biot-plugin"
_NO_SUCH_CALL = (404, 405)


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """A secret key of a service user.

    Attributes:
        user_id: The id of the service user.
        id: The id of the key.
        value: The key; not shown by `repr`.
    """

    user_id: str
    id: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """A service user of the platform.

    Attributes:
        id: Its id.
        name: Its name.
        role_id: The id of its role.
        created: Whether it was just created.
        secret_key: Its first secret key, if it was just created and the platform has returned one.
    """

    id: str
    name: str
    role_id: str
    created: bool = False
    secret_key: ServiceKey | None = None


def find_service_user(calls: PlatformClient, name: str) -> ServiceUser | None:
    """Find a service user by its name; None if there is none.

    Raises:
        PlatformUnreachable: The platform did not respond.
        PlatformRefused: The platform responded with an error.
    """
    users = calls.search(_SERVICE_USERS, {"filter": {"name": {"eq": name}}}, SERVICE_USER)
    return next((ServiceUser(user["id"], name, user["roleId"]) for user in users if user.get("name") == name), None)


def has_service_user(calls: PlatformClient, name: str) -> bool:
    """Whether `delete_service_user` has anything to delete, such as the role that an interrupted run has left.

    Raises:
        PlatformUnreachable: The platform did not respond.
        PlatformRefused: The platform responded with an error.
    """
    return find_service_user(calls, name) is not None or bool(_find_roles(calls, name))


def ensure_service_user(calls: PlatformClient, name: str, role_id: str | None = None) -> ServiceUser:
    """Return the service user of this name; create it if there is none.

    Args:
        calls: The platform's client.
        name: Its name, at most 100 characters.
        role_id: The id of its role if it is created; None creates a role of the same name, which has no permissions
            beyond those that every service user has.

    Raises:
        OperationFailed: The platform creates no role.
        PlatformUnreachable: The platform did not respond; the next run goes on.
        PlatformRefused: The platform responded with an error.
    """
    existing = find_service_user(calls, name)
    if existing:
        return existing
    body = {"name": name, "type": "EXTERNAL_SERVICE", "roleId": role_id or _ensure_role(calls, name), "active": True}
    try:
        user: Mapping[str, Any] = calls.send_json("POST", _SERVICE_USERS, body, SERVICE_USER)
    except Refusal as error:
        # Somebody else was faster, or the search does not see the newest.
        existing = find_service_user(calls, name) if error.code == "SERVICE_NAME_ALREADY_EXISTS" else None
        if existing is None:
            raise
        return existing
    key = user.get("secretKeyData")
    secret_key = ServiceKey(user["id"], key["id"], key["secretKey"]) if key and matches(NEW_SECRET_KEY, key) else None
    return ServiceUser(user["id"], name, user["roleId"], created=True, secret_key=secret_key)


def find_secret_keys(calls: PlatformClient, user_id: str) -> tuple[str, ...]:
    """Return the ids of a service user's secret keys, the oldest first.

    Raises:
        PlatformUnreachable: The platform did not respond.
        PlatformRefused: The platform responded with an error.
    """
    keys = calls.get(_user_path(user_id), {"secretKeys": [{"id": str, "creationTime": str}]})["secretKeys"]
    return tuple(key["id"] for key in sorted(keys, key=lambda key: str(key["creationTime"])))


def new_secret_key(calls: PlatformClient, user_id: str, used: Sequence[str] = ()) -> ServiceKey:
    """Create a secret key of a service user, and return it; if there are too many, one is deleted.

    Args:
        calls: The platform's client.
        user_id: The id of the service user.
        used: The ids of the keys that are used, the most important one first, which is never deleted. Of the others,
            the oldest one that is not used is deleted, or else the least important one.

    Raises:
        OperationFailed: The platform allows no second key.
        PlatformUnreachable: The platform did not respond; the next run goes on.
        PlatformRefused: The platform responded with an error.
    """
    try:
        return _create_key(calls, user_id)
    except Refusal as error:
        if error.code != "MAX_SECRET_KEYS":
            raise
    spared = used[:1]
    keys = [key for key in find_secret_keys(calls, user_id) if key not in spared]
    if not keys:
        raise OperationFailed(
            "The platform allows the service user no second secret key, and the plugin that runs uses the first one: "
            "disable the plugin, delete that key in the platform's console, and run this command again"
        )
    dispensable = max(keys, key=lambda key: used.index(key) if key in used else len(used))
    calls.change("DELETE", f"{_user_path(user_id)}/secret-keys/{quote(dispensable, safe='')}")
    return _create_key(calls, user_id)


def delete_service_user(calls: PlatformClient, name: str) -> None:
    """Delete the service user of this name, and the role of the same name; what does not exist is no error.

    Raises:
        PlatformUnreachable: The platform did not respond; the next run goes on.
        PlatformRefused: The platform responded with an error.
    """
    user = find_service_user(calls, name)
    if user:
        _delete(calls, _user_path(user.id))
    for role in _find_roles(calls, name):
        _delete(calls, f"{_ROLES}/{quote(role['id'], safe='')}")


def _ensure_role(calls: PlatformClient, name: str) -> str:
    body = {"name": name, "description": _DESCRIPTION, "permissionIds": []}
    try:
        return str(calls.send_json("POST", _ROLES, body, ROLE)["id"])
    except Refusal as error:
        if error.code == "ROLE_ALREADY_EXISTS":
            roles = _find_roles(calls, name)
            if roles:
                return str(roles[0]["id"])
        if error.status_code in _NO_SUCH_CALL:
            raise OperationFailed(
                "The platform creates no role for the service user: create one in its console, and pass its id"
            ) from error
        raise


def _find_roles(calls: PlatformClient, name: str) -> list[dict[str, Any]]:
    try:
        roles = calls.search(_ROLES, {"filter": {"name": {"eq": name}}}, ROLE)
    except Refusal as error:
        # Roles are not part of the published API.
        if error.status_code in _NO_SUCH_CALL:
            return []
        raise
    return [role for role in roles if role.get("name") == name]


def _create_key(calls: PlatformClient, user_id: str) -> ServiceKey:
    key = calls.send_json("POST", f"{_user_path(user_id)}/secret-keys", {}, NEW_SECRET_KEY)
    return ServiceKey(user_id, key["id"], key["secretKey"])


def _user_path(user_id: str) -> str:
    return f"{_SERVICE_USERS}/{quote(user_id, safe='')}"


def _delete(calls: PlatformClient, path: str) -> None:
    try:
        calls.change("DELETE", path)
    except Refusal as error:
        if error.status_code not in _NO_SUCH_CALL:
            raise
