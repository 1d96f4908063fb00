"""Service users: who plugins log in as (contract sections 5.3 and 5.4)."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from biot_emulator.security.secret_hashes import hash_secret, is_secret
from biot_emulator.security.well_known_ids import PLUGIN_ROLE_ID, TENANT_ID
from biot_emulator.services.ums.errors import (
    LoginFailed,
    MaxSecretKeys,
    SecretKeyNotFound,
    ServiceLocked,
    ServiceNameAlreadyExists,
    ServiceUserNotFound,
)
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["MAX_SECRET_KEYS", "NewServiceUser", "ServiceUsers"]

MAX_SECRET_KEYS = 2
"""How many secret keys a service user can have, which is enough to change them without a gap."""

_COLLECTION = "service-users"
_MINUTES = 30


@dataclass(frozen=True, slots=True)
class NewServiceUser:
    """A service user that was just created: the only moment at which its secret is known.

    Attributes:
        id: Its id.
        secret_key: Its secret.
    """

    id: str
    secret_key: str


class ServiceUsers:
    """The service users and their secret keys; a user is a document as the API returns it, plus its keys' hashes.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create(self, name: str, *, active: bool = True) -> NewServiceUser:
        """Create a plugin's service user.

        Raises:
            ServiceNameAlreadyExists: The name is taken.
        """
        user, key = self.add({"name": name, "active": active, "roleId": PLUGIN_ROLE_ID, "type": "EXTERNAL_SERVICE"})
        return NewServiceUser(user["id"], key["secretKey"])

    def add(self, fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Create a service user with any fields of the API; return it and its first secret key.

        Raises:
            ServiceNameAlreadyExists: The name is taken.
        """
        defaults = {"active": True, "ownerOrganizationId": TENANT_ID, "accessTokenExpirationInMinutes": _MINUTES}
        now = timestamp(self._clock.now())
        user = {"id": str(uuid.uuid4()), "creationTime": now, **defaults, **fields, "secretKeys": []}
        with self._store.transaction():
            name = user.get("name")
            if name is not None and any(other.get("name") == name for other in self.all()):
                message = f"A service user is named [{name}] already: delete it, or choose another name"
                raise ServiceNameAlreadyExists(message, name=name)
            key = self._add_key(user)
        return user, key

    def all(self) -> list[dict[str, Any]]:
        """Return every service user."""
        return self._store.all(_COLLECTION)

    def get(self, id: str) -> dict[str, Any]:
        """Return a service user.

        Raises:
            ServiceUserNotFound: There is no such service user.
        """
        user = self._store.get(_COLLECTION, id)
        if user is None:
            raise ServiceUserNotFound(f"There is no service user [{id}]", id=id)
        return user

    def update(self, id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Change fields, and return the service user. Raises ServiceUserNotFound."""
        with self._store.transaction():
            user = {**self.get(id), **fields}
            self._store.put(_COLLECTION, id, user)
        return user

    def delete(self, id: str) -> None:
        """Remove a service user: neither secrets nor tokens are valid from now on. Raises ServiceUserNotFound."""
        if not self._store.delete(_COLLECTION, id):
            raise ServiceUserNotFound(f"There is no service user [{id}]", id=id)

    def add_key(self, id: str) -> dict[str, Any]:
        """Add a secret key, and return it: it cannot be read later.

        Raises:
            ServiceUserNotFound: There is no such service user.
            MaxSecretKeys: It has as many as it may have.
        """
        with self._store.transaction():
            user = self.get(id)
            if len(user["secretKeys"]) >= MAX_SECRET_KEYS:
                message = f"Service user [{id}] has {MAX_SECRET_KEYS} secret keys already: delete one first"
                raise MaxSecretKeys(message, serviceId=id, maxSecretKeys=MAX_SECRET_KEYS)
            return self._add_key(user)

    def delete_key(self, id: str, key_id: str) -> None:
        """Remove a secret key. Raises ServiceUserNotFound, SecretKeyNotFound."""
        with self._store.transaction():
            user = self.get(id)
            remaining = [key for key in user["secretKeys"] if key["id"] != key_id]
            if len(remaining) == len(user["secretKeys"]):
                message = f"Service user [{id}] has no secret key [{key_id}]"
                raise SecretKeyNotFound(message, secretKeyId=key_id, serviceUserId=id)
            self._store.put(_COLLECTION, id, {**user, "secretKeys": remaining})

    def verify(self, id: str, secret_key: str) -> dict[str, Any]:
        """Check credentials, and return the service user.

        Raises:
            LoginFailed: The id or the secret is wrong.
            ServiceLocked: It is not active.
        """
        user = self._store.get(_COLLECTION, id)
        if not is_secret(secret_key, [key["hash"] for key in user["secretKeys"]] if user else []) or user is None:
            raise LoginFailed("The id or the secret key is wrong")
        if not user["active"]:
            raise ServiceLocked("The service user is not active: activate it before it logs in")
        return user

    def _add_key(self, user: dict[str, Any]) -> dict[str, Any]:
        secret = secrets.token_urlsafe(32)
        key = {"id": str(uuid.uuid4()), "creationTime": timestamp(self._clock.now())}
        like = next((other["hash"] for other in user["secretKeys"]), None)
        keys = [*user["secretKeys"], {**key, "hash": hash_secret(secret, like=like)}]
        self._store.put(_COLLECTION, user["id"], {**user, "secretKeys": keys})
        return {**key, "secretKey": secret}
