"""Log-ins: the tokens that people and service users get (contract sections 5.3 and 5.5)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from biot_emulator.security.secret_checks import SecretChecks, TooManySecrets
from biot_emulator.security.tokens import TOKEN_SECONDS, TokenIssuer
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID, TENANT_ID
from biot_emulator.services.ums.errors import RefreshTokenNotValid, TooManyLogins
from biot_emulator.services.ums.roles import Roles
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.users import User, Users

__all__ = ["Logins"]

_REFRESH_SECONDS = 24 * 60 * 60
_REFRESH = "REFRESH"

_T = TypeVar("_T")


class Logins:
    """Issues tokens for credentials.

    Args:
        tokens: Signs the tokens.
        users: The people who can log in.
        service_users: The service users who can log in.
        roles: The permissions that tokens carry.
        checks: Checks the credentials.
    """

    def __init__(
        self, tokens: TokenIssuer, users: Users, service_users: ServiceUsers, roles: Roles, checks: SecretChecks
    ) -> None:
        self._tokens = tokens
        self._users = users
        self._service_users = service_users
        self._roles = roles
        self._checks = checks

    def log_in_user(self, username: str, password: str) -> dict[str, Any]:
        """Issue a person's access token and refresh token.

        Raises:
            LoginFailed: The name or the password is wrong.
            UserLocked: The user is disabled.
            TooManyLogins: Too many are logging in.
        """
        return self._user_tokens(self._checked(lambda: self._users.verify(username, password)))

    def refresh(self, token: str) -> dict[str, Any]:
        """Issue new tokens for a refresh token.

        Raises:
            RefreshTokenNotValid: It is expired, not a refresh token, or its user is deleted or disabled.
        """
        claims = self._tokens.read(token) or {}
        user = self._users.get(str(claims.get("sub"))) if claims.get("tokenType") == _REFRESH else None
        if user is None or not user.enabled:
            raise RefreshTokenNotValid("The refresh token is not valid: log in again")
        return self._user_tokens(user)

    def log_in_service_user(self, id: str, secret_key: str) -> dict[str, str]:
        """Issue a service user's access token.

        Raises:
            LoginFailed: The id or the secret is wrong.
            ServiceLocked: It is not active.
            TooManyLogins: Too many are logging in.
        """
        user = self._checked(lambda: self._service_users.verify(id, secret_key))
        scopes = self._roles.permissions(administrator=user["roleId"] == ADMINISTRATOR_ROLE_ID)
        kind = user["type"].removesuffix("_SERVICE")
        claims = {"serviceUserId": id, "scopes": scopes, "tokenType": f"SERVICE_{kind}"}
        token, expiration = self._tokens.sign_until(claims, user["accessTokenExpirationInMinutes"] * 60)
        return {"accessToken": token, "accessTokenExpiration": expiration}

    def _user_tokens(self, user: User) -> dict[str, Any]:
        refresh_id = str(uuid.uuid4())
        scopes = self._roles.permissions(administrator=user.administrator)
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
        token, expiration = self._tokens.sign_until(claims, seconds)
        return {"token": token, "expiration": expiration}

    def _checked(self, verify: Callable[[], _T]) -> _T:
        try:
            return self._checks.run(verify)
        except TooManySecrets:
            raise TooManyLogins("Too many are logging in at once: try again later") from None
