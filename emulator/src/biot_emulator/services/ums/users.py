"""The people who can log in."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any

from biot_emulator.security.secret_hashes import hash_secret, is_secret
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.ums.errors import LoginFailed, UserLocked
from biot_emulator.state.store import Store

__all__ = ["User", "Users"]

_COLLECTION = "users"


@dataclass(frozen=True, slots=True)
class User:
    """A person who can log in.

    Attributes:
        id: The id, which is also that of the person's entity where there is one.
        username: The name to log in with.
        organization_id: Id of the organization that the user belongs to.
        administrator: Whether the user has every permission.
        enabled: Whether the user may log in.
    """

    id: str
    username: str
    organization_id: str = TENANT_ID
    administrator: bool = False
    enabled: bool = True


class Users:
    """The users and their passwords.

    Args:
        store: The state.
        admin: User name and password of the first administrator, who is created, or gets this password.
    """

    def __init__(self, store: Store, admin: tuple[str, str]) -> None:
        self._store = store
        self._admin = admin
        self._admin_id = self._create_admin(None).id

    def create(
        self,
        username: str,
        password: str,
        *,
        id: str | None = None,
        organization_id: str = TENANT_ID,
        administrator: bool = False,
    ) -> User:
        """Create a user, or change the password of the one with this name."""
        with self._store.transaction():
            existing = self._find(username)
            user = User(id or str(uuid.uuid4()), username, organization_id, administrator)
            if existing:
                user = replace(user, id=existing["id"])
            self._store.put(_COLLECTION, user.id, {**asdict(user), "hash": hash_secret(password)})
        return user

    @property
    def admin(self) -> User:
        """The first administrator."""
        document = self._find(self._admin[0])
        return _user(document) if document else self._create_admin(self._admin_id)

    def restore_admin(self) -> None:
        """Create the first administrator again after a reset, with the same id, so that its tokens stay valid."""
        self._create_admin(self._admin_id)

    def get(self, id: str) -> User | None:
        """Return a user; None where there is none."""
        document = self._store.get(_COLLECTION, id)
        return _user(document) if document else None

    def set_enabled(self, id: str, enabled: bool) -> None:
        """Allow or forbid a user to log in; nothing happens where there is no user."""
        with self._store.transaction():
            document = self._store.get(_COLLECTION, id)
            if document:
                self._store.put(_COLLECTION, id, {**document, "enabled": enabled})

    def delete(self, id: str) -> None:
        """Remove a user: neither password nor tokens are valid from now on."""
        self._store.delete(_COLLECTION, id)

    def verify(self, username: str, password: str) -> User:
        """Check credentials, the name in whatever case it is written.

        Raises:
            LoginFailed: The name or the password is wrong.
            UserLocked: The user is disabled.
        """
        document = self._find(username)
        if not is_secret(password, [document["hash"]] if document else []) or document is None:
            raise LoginFailed("The user name or the password is wrong")
        user = _user(document)
        if not user.enabled:
            raise UserLocked("The user is disabled: enable it before it logs in")
        return user

    def _find(self, username: str) -> dict[str, Any] | None:
        name = username.casefold()
        return next((user for user in self._store.all(_COLLECTION) if user["username"].casefold() == name), None)

    def _create_admin(self, id: str | None) -> User:
        username, password = self._admin
        return self.create(username, password, id=id, administrator=True)


def _user(document: dict[str, Any]) -> User:
    return User(**{name: document[name] for name in User.__dataclass_fields__})
