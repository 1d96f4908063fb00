"""Service users: who plugins log in as (contract sections 5.3 and 5.4)."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from biot_emulator.platform import Platform
from biot_emulator.security.secret_hashes import hash_secret, is_secret
from biot_emulator.security.tokens import TENANT_ID
from biot_emulator.services.errors import (
    LoginFailed,
    MaxSecretKeys,
    SecretKeyNotFound,
    ServiceLocked,
    ServiceNameAlreadyExists,
    ServiceUserNotFound,
)
from biot_emulator.state.clock import timestamp

__all__ = ["ADMINISTRATOR_ROLE_ID", "MAX_SECRET_KEYS", "PLUGIN_ROLE_ID", "ServiceUser", "ServiceUsers"]

ADMINISTRATOR_ROLE_ID = "00000000-0000-0000-0000-000000000001"
"""The one role that gives every permission; all others give that of the entities' APIs alone."""
PLUGIN_ROLE_ID = "00000000-0000-0000-0000-000000000002"
"""The role of the service users that are made with plugins."""
MAX_SECRET_KEYS = 2
"""How many secret keys a service user can have, which is enough to change them without a gap."""

_COLLECTION = "service-users"
_MINUTES = 30


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """A service user that was just made: the only moment at which its secret is known.

    Attributes:
        id: What to log in with.
        secret_key: Its secret.
    """

    id: str
    secret_key: str


class ServiceUsers:
    """Keeps the service users, and logs them in; a user is a document as the API shows it, plus its keys' hashes."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def create(self, name: str, *, active: bool = True) -> ServiceUser:
        """Make a plugin's service user.

        Raises:
            ServiceNameAlreadyExists: Another one has the name.
        """
        user, key = self.add({"name": name, "active": active, "roleId": PLUGIN_ROLE_ID, "type": "EXTERNAL_SERVICE"})
        return ServiceUser(user["id"], key["secretKey"])

    def add(self, fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Make a service user with any of the fields that the API takes, and its first secret key.

        Raises:
            ServiceNameAlreadyExists: Another one has the name.
        """
        defaults = {"active": True, "ownerOrganizationId": TENANT_ID, "accessTokenExpirationInMinutes": _MINUTES}
        now = timestamp(self._platform.clock.now())
        user = {"id": str(uuid.uuid4()), "creationTime": now, **defaults, **fields, "secretKeys": []}
        with self._store.transaction():
            name = user.get("name")
            if name is not None and any(other.get("name") == name for other in self.all()):
                message = f"A service user is named [{name}] already: delete it, or choose another name"
                raise ServiceNameAlreadyExists(message, name=name)
            key = self._add_key(user)
        return user, key

    def all(self) -> list[dict[str, Any]]:
        """Every service user."""
        return self._store.all(_COLLECTION)

    def get(self, id: str) -> dict[str, Any]:
        """Find one.

        Raises:
            ServiceUserNotFound: There is none with this id.
        """
        user = self._store.get(_COLLECTION, id)
        if user is None:
            raise ServiceUserNotFound(f"There is no service user [{id}]", id=id)
        return user

    def update(self, id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Change fields. Raises ServiceUserNotFound."""
        with self._store.transaction():
            user = {**self.get(id), **fields}
            self._store.put(_COLLECTION, id, user)
        return user

    def delete(self, id: str) -> None:
        """Remove one: its secrets and tokens are good for nothing from now on. Raises ServiceUserNotFound."""
        if not self._store.delete(_COLLECTION, id):
            raise ServiceUserNotFound(f"There is no service user [{id}]", id=id)

    def add_key(self, id: str) -> dict[str, Any]:
        """Give a service user one more secret key, and say it this one time.

        Raises:
            ServiceUserNotFound: There is none with this id.
            MaxSecretKeys: It has as many as it may have.
        """
        with self._store.transaction():
            user = self.get(id)
            if len(user["secretKeys"]) >= MAX_SECRET_KEYS:
                message = f"Service user [{id}] has {MAX_SECRET_KEYS} secret keys already: delete one first"
                raise MaxSecretKeys(message, serviceId=id, maxSecretKeys=MAX_SECRET_KEYS)
            return self._add_key(user)

    def delete_key(self, id: str, key_id: str) -> None:
        """Take a secret key from a service user. Raises ServiceUserNotFound, SecretKeyNotFound."""
        with self._store.transaction():
            user = self.get(id)
            kept = [key for key in user["secretKeys"] if key["id"] != key_id]
            if len(kept) == len(user["secretKeys"]):
                message = f"Service user [{id}] has no secret key [{key_id}]"
                raise SecretKeyNotFound(message, secretKeyId=key_id, serviceUserId=id)
            self._store.put(_COLLECTION, id, {**user, "secretKeys": kept})

    def log_in(self, id: str, secret_key: str) -> dict[str, str]:
        """Give a service user its token.

        Raises:
            LoginFailed: The id or the secret is wrong.
            ServiceLocked: It is not active.
        """
        user = self._store.get(_COLLECTION, id)
        if user is None or not any(is_secret(secret_key, key["hash"]) for key in user["secretKeys"]):
            raise LoginFailed("The id or the secret key is wrong")
        if not user["active"]:
            raise ServiceLocked("The service user is not active: activate it before it logs in")
        scopes = self._platform.permissions if user["roleId"] == ADMINISTRATOR_ROLE_ID else ["PROTECTED_API"]
        kind = user["type"].removesuffix("_SERVICE")
        claims = {"serviceUserId": id, "scopes": scopes, "tokenType": f"SERVICE_{kind}"}
        seconds = user["accessTokenExpirationInMinutes"] * 60
        token, expiration = self._platform.tokens.sign_until(claims, seconds)
        return {"accessToken": token, "accessTokenExpiration": expiration}

    def _add_key(self, user: dict[str, Any]) -> dict[str, Any]:
        secret = secrets.token_urlsafe(32)
        key = {"id": str(uuid.uuid4()), "creationTime": timestamp(self._platform.clock.now())}
        keys = [*user["secretKeys"], {**key, "hash": hash_secret(secret)}]
        self._store.put(_COLLECTION, user["id"], {**user, "secretKeys": keys})
        return {**key, "secretKey": secret}
