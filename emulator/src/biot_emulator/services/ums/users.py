"""The people who log in, and the tokens that they get (contract section 5.5)."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any

from biot_emulator.platform import Platform
from biot_emulator.security.secret_hashes import hash_secret, is_secret
from biot_emulator.security.tokens import TENANT_ID, TOKEN_SECONDS
from biot_emulator.services.errors import LoginFailed, RefreshTokenNotValid, UserLocked

__all__ = ["User", "Users"]

_COLLECTION = "users"
_REFRESH_SECONDS = 24 * 60 * 60
_REFRESH = "REFRESH"


@dataclass(frozen=True, slots=True)
class User:
    """A person who can log in.

    Attributes:
        id: The id, which is also that of the user's entity where there is one.
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
    """Keeps the users, and logs them in.

    Args:
        platform: The platform that they are users of.
        admin: User name and password of the first administrator, who is made, or given this password.
    """

    def __init__(self, platform: Platform, admin: tuple[str, str]) -> None:
        self._platform = platform
        self._store = platform.store
        self._admin = admin
        self._admin_id = self._make_admin(None).id
        platform.emptied.append(self._restore_admin)

    def create(
        self,
        username: str,
        password: str,
        *,
        id: str | None = None,
        organization_id: str = TENANT_ID,
        administrator: bool = False,
    ) -> User:
        """Make a user, or give the one of this name this password."""
        with self._store.transaction():
            known = self._find(username)
            user = User(id or str(uuid.uuid4()), username, organization_id, administrator)
            if known:
                user = replace(user, id=known["id"])
            self._store.put(_COLLECTION, user.id, {**asdict(user), "hash": hash_secret(password)})
        return user

    @property
    def admin(self) -> User:
        """The first administrator."""
        user = self.by_name(self._admin[0])
        return user or self._make_admin(self._admin_id)

    def get(self, id: str) -> User | None:
        """Find a user by id."""
        document = self._store.get(_COLLECTION, id)
        return _user(document) if document else None

    def by_name(self, username: str) -> User | None:
        """Find a user by name, in whatever case it is written."""
        document = self._find(username)
        return _user(document) if document else None

    def set_enabled(self, id: str, enabled: bool) -> None:
        """Let a user log in, or not any more; nothing happens where the id is nobody's."""
        with self._store.transaction():
            document = self._store.get(_COLLECTION, id)
            if document:
                self._store.put(_COLLECTION, id, {**document, "enabled": enabled})

    def delete(self, id: str) -> None:
        """Remove a user: neither password nor tokens are good for anything from now on."""
        self._store.delete(_COLLECTION, id)

    def log_in(self, username: str, password: str) -> dict[str, Any]:
        """Give a user tokens.

        Raises:
            LoginFailed: The name or the password is wrong.
            UserLocked: The user is disabled.
        """
        document = self._find(username)
        if document is None or not is_secret(password, document["hash"]):
            raise LoginFailed("The user name or the password is wrong")
        user = _user(document)
        if not user.enabled:
            raise UserLocked("The user is disabled: enable it before it logs in")
        return self._tokens(user)

    def refresh(self, token: str) -> dict[str, Any]:
        """Give new tokens for a refresh token.

        Raises:
            RefreshTokenNotValid: It is expired, no refresh token, or its user is gone or disabled.
        """
        claims = self._platform.tokens.read(token) or {}
        user = self.get(str(claims.get("sub"))) if claims.get("tokenType") == _REFRESH else None
        if user is None or not user.enabled:
            raise RefreshTokenNotValid("The refresh token is not valid: log in again")
        return self._tokens(user)

    def _tokens(self, user: User) -> dict[str, Any]:
        refresh_id = str(uuid.uuid4())
        scopes = self._platform.permissions if user.administrator else ["PROTECTED_API"]
        holder = {"refreshTokenId": refresh_id, "tenantId": TENANT_ID, "sub": user.id}
        access = self._sign({**holder, "scopes": scopes, "tokenType": "USER"}, TOKEN_SECONDS)
        refresh = self._sign({"jti": refresh_id, "sub": user.id, "tokenType": _REFRESH}, _REFRESH_SECONDS)
        return {
            "userId": user.id,
            "ownerOrganizationId": user.organization_id,
            "accessJwt": access,
            "refreshJwt": refresh,
            "mfaRequired": False,
            "passwordResetRequired": False,
        }

    def _sign(self, claims: dict[str, Any], seconds: int) -> dict[str, str]:
        token, expiration = self._platform.tokens.sign_until(claims, seconds)
        return {"token": token, "expiration": expiration}

    def _find(self, username: str) -> dict[str, Any] | None:
        wanted = username.casefold()
        return next((one for one in self._store.all(_COLLECTION) if one["username"].casefold() == wanted), None)

    def _restore_admin(self) -> None:
        """Have the administrator again, whose tokens are still good."""
        self._make_admin(self._admin_id)

    def _make_admin(self, id: str | None) -> User:
        username, password = self._admin
        return self.create(username, password, id=id, administrator=True)


def _user(document: dict[str, Any]) -> User:
    return User(**{name: document[name] for name in User.__dataclass_fields__})
