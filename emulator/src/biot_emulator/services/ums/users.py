"""The people who can log in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import Any

from biot_emulator.security.secret_hashes import hash_secret, is_secret
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.ums.errors import LoginFailed, UserLocked, UsernameAlreadyExists
from biot_emulator.services.ums.roles import MANUFACTURER_ADMIN, ORGANIZATION_USER, REGISTERED
from biot_emulator.state.store import Store

__all__ = ["OTP", "PASSWORD", "User", "Users"]

PASSWORD = "PASSWORD"  # noqa: S105  a kind of credentials
OTP = "OTP"

_COLLECTION = "users"
_NAMES = "usernames"
_REGISTERED = "registered-users"
_NO_HASH = f"{bytes(16).hex()}:{bytes(64).hex()}"


@dataclass(frozen=True, slots=True)
class User:
    """A person who can log in.

    Attributes:
        id: The id, which is also that of the person's entity where there is one.
        username: The name to log in with; with one-time passwords, a phone number.
        organization_id: Id of the organization that the user belongs to.
        administrator: Whether the user has every permission.
        enabled: Whether the user may log in.
        role: What kind of person it is.
        locked: Whether an administrator has locked the user out.
        credential_type: `PASSWORD` or `OTP`.
        mfa: The second step of a log-in, with `enabled`, `phone` and `expirationInMinutes`; None where there is none.
        creation_time: When it was created.
        login_time: When it last logged in.
    """

    id: str
    username: str
    organization_id: str = TENANT_ID
    administrator: bool = False
    enabled: bool = True
    role: str = ORGANIZATION_USER
    locked: bool = False
    credential_type: str = PASSWORD
    mfa: Mapping[str, Any] | None = None
    creation_time: str | None = None
    login_time: str | None = None

    @property
    def has_mfa(self) -> bool:
        """Whether a log-in takes a second step."""
        return bool(self.mfa and self.mfa.get("enabled") and self.mfa.get("phone"))

    @property
    def sees_all(self) -> bool:
        """Whether the user sees what belongs to every organization."""
        return self.administrator and self.organization_id == TENANT_ID


class Users:
    """The users and their passwords.

    Args:
        store: The state.
        admin: User name and password of the first administrator, who is created, or gets this password.
    """

    def __init__(self, store: Store, admin: tuple[str, str]) -> None:
        self._store = store
        self._admin = admin
        self._index()
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
        role = MANUFACTURER_ADMIN if administrator else ORGANIZATION_USER
        user = User(id or str(uuid.uuid4()), username, organization_id, administrator, role=role)
        with self._store.transaction():
            existing = self._find(username)
            return self._put(replace(user, id=existing["id"]) if existing else user, hash_secret(password))

    def add(self, user: User, password: str | None) -> User:
        """Create a user with any fields, whose name nobody else has.

        Args:
            user: The user.
            password: The password; None for whoever logs in by codes.

        Raises:
            UsernameAlreadyExists: The name is taken.
        """
        # Hashed before the transaction, in which everybody else would wait for it.
        hashed = _NO_HASH if password is None else hash_secret(password)
        with self._store.transaction():
            self._require_free(user.username, user.id)
            return self._put(user, hashed)

    def transaction(self) -> AbstractContextManager[None]:
        """Make all changes inside, or none when an exception is raised."""
        return self._store.transaction()

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

    def find(self, username: str) -> User | None:
        """Return the user with this name, in whatever case it is written; None where there is none."""
        document = self._find(username)
        return _user(document) if document else None

    def count_registered(self) -> int:
        """Return how many have registered by themselves."""
        return len(self._store.ids(_REGISTERED))

    def all(self) -> list[User]:
        """Return every user, the oldest first."""
        return [_user(document) for document in self._store.all(_COLLECTION)]

    def update(self, id: str, **changes: Any) -> User | None:
        """Change fields of a user, and return it; None where there is no user.

        Raises:
            UsernameAlreadyExists: Somebody else has the name.
        """
        with self._store.transaction():
            document = self._store.get(_COLLECTION, id)
            if document is None:
                return None
            user = replace(_user(document), **changes)
            self._require_free(user.username, id)
            if document["username"].casefold() != user.username.casefold():
                self._store.delete(_NAMES, document["username"].casefold())
            return self._put(user, document["hash"])

    def set_password(self, id: str, password: str) -> None:
        """Change a user's password; nothing happens where there is no user."""
        hashed = hash_secret(password)
        with self._store.transaction():
            document = self._store.get(_COLLECTION, id)
            if document:
                self._store.put(_COLLECTION, id, {**document, "hash": hashed})

    def set_role(self, id: str, role: str) -> None:
        """Change a user's role; nothing happens where there is no user."""
        self.update(id, role=role, administrator=role == MANUFACTURER_ADMIN)

    def delete(self, id: str) -> bool:
        """Remove a user: neither password nor tokens are valid from now on. Return whether there was one."""
        with self._store.transaction():
            document = self._store.get(_COLLECTION, id)
            if document is None:
                return False
            self._store.delete(_NAMES, document["username"].casefold())
            self._store.delete(_REGISTERED, id)
            return self._store.delete(_COLLECTION, id)

    def verify(self, username: str, password: str) -> User:
        """Check credentials, the name in whatever case it is written.

        Raises:
            LoginFailed: The name or the password is wrong.
            UserLocked: The user is disabled or locked.
        """
        document = self._find(username)
        if not self._has_password(document, password) or document is None:
            raise LoginFailed("The user name or the password is wrong")
        user = _user(document)
        if not user.enabled:
            raise UserLocked("The user is disabled: enable it before it logs in")
        if user.locked:
            raise UserLocked("The user is locked: unlock it before it logs in")
        return user

    def has_password(self, id: str, password: str) -> bool:
        """Whether this is a user's password; as slow where there is no user."""
        return self._has_password(self._store.get(_COLLECTION, id), password)

    def _has_password(self, document: dict[str, Any] | None, password: str) -> bool:
        has_one = document is not None and document.get("credential_type", PASSWORD) == PASSWORD
        return is_secret(password, [document["hash"]] if document and has_one else [])

    def _require_free(self, username: str, id: str) -> None:
        other = self._find(username)
        if other is not None and other["id"] != id:
            raise UsernameAlreadyExists(f"The user name [{username}] is taken: choose another one", username=username)

    def _find(self, username: str) -> dict[str, Any] | None:
        name = self._store.get(_NAMES, username.casefold())
        return self._store.get(_COLLECTION, name["userId"]) if name else None

    def _put(self, user: User, hashed: str) -> User:
        self._store.put(_COLLECTION, user.id, {**asdict(user), "hash": hashed})
        self._store.put(_NAMES, user.username.casefold(), {"userId": user.id})
        if user.role == REGISTERED:
            self._store.put(_REGISTERED, user.id, {"userId": user.id})
        return user

    def _index(self) -> None:
        """Find users by their names also in a state that was stored before there was an index of them."""
        if not self._store.ids(_NAMES):
            for document in self._store.all(_COLLECTION):
                self._store.put(_NAMES, document["username"].casefold(), {"userId": document["id"]})

    def _create_admin(self, id: str | None) -> User:
        username, password = self._admin
        return self.create(username, password, id=id, administrator=True)


def _user(document: dict[str, Any]) -> User:
    return User(**{name: document[name] for name in User.__dataclass_fields__ if name in document})
