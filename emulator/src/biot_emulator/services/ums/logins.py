"""Log-ins: the tokens that people and service users get (contract sections 5.3 and 5.5)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from biot_emulator.security.secret_checks import SecretChecks, TooManySecrets
from biot_emulator.security.tokens import TOKEN_SECONDS, TokenIssuer
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.ums.credentials import is_phone, masked_phone
from biot_emulator.services.ums.errors import (
    LoginFailed,
    PhoneNotValid,
    RefreshTokenNotValid,
    TooManyLogins,
    UserLocked,
)
from biot_emulator.services.ums.one_time.codes import OneTimeCodes
from biot_emulator.services.ums.one_time.messages import Messages
from biot_emulator.services.ums.roles import MFA_SCOPES, Roles
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.sessions import Sessions
from biot_emulator.services.ums.users import OTP, User, Users
from biot_emulator.state.clock import Clock
from biot_emulator.state.timestamps import timestamp

__all__ = ["Logins", "SecondStep"]

_REFRESH_SECONDS = 24 * 60 * 60
_REFRESH = "REFRESH"
_CODE_MINUTES = 5

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What log-ins by phone and in two steps need.

    Attributes:
        codes: The codes that are sent to phones.
        messages: Sends them.
        clock: The platform's time.
    """

    codes: OneTimeCodes
    messages: Messages
    clock: Clock

    def send(self, id: str, user: User, phone: str) -> str:
        """Send the code for a request or a log-in, and return when it expires."""
        minutes = (user.mfa or {}).get("expirationInMinutes") or _CODE_MINUTES
        code, expires = self.codes.issue(id, user.id, minutes)
        self.messages.send_code(phone, code)
        return timestamp(expires)


class Logins:
    """Issues tokens for credentials.

    Args:
        tokens: Signs the tokens.
        users: The people who can log in.
        service_users: The service users who can log in.
        roles: The permissions that tokens carry.
        checks: Checks the credentials.
        sessions: The log-ins that are in force.
        second_step: Sends codes, and checks them.
    """

    def __init__(
        self,
        tokens: TokenIssuer,
        users: Users,
        service_users: ServiceUsers,
        roles: Roles,
        checks: SecretChecks,
        sessions: Sessions,
        second_step: SecondStep,
    ) -> None:
        self._tokens = tokens
        self._users = users
        self._service_users = service_users
        self._roles = roles
        self._checks = checks
        self._sessions = sessions
        self._second_step = second_step

    def log_in_user(self, username: str, password: str) -> tuple[User, dict[str, Any]]:
        """Log a person in by a password: return it, and its tokens or what its second step needs.

        Raises:
            LoginFailed: The name or the password is wrong.
            UserLocked: The user is disabled or locked.
            TooManyLogins: Too many are logging in.
        """
        user = self.checked(lambda: self._users.verify(username, password))
        return user, self._ask_for_code(user) if user.has_mfa else self._start(user)

    def send_otp(self, phone: str) -> dict[str, Any]:
        """Send the code of a log-in to a phone; where nobody logs in with it, the response says no less.

        Raises:
            PhoneNotValid: It is no phone number.
        """
        if not is_phone(phone):
            message = "The field [phone] must be a number by E.164, such as +12345678901"
            raise PhoneNotValid(message, phone=phone, userId=None)
        request_id = str(uuid.uuid4())
        user = self._users.find(phone)
        if user and user.credential_type == OTP and user.enabled and not user.locked:
            self._second_step.send(request_id, user, phone)
        return {"requestId": request_id, "phone": masked_phone(phone)}

    def log_in_by_otp(self, request_id: str, code: str) -> tuple[User, dict[str, Any]]:
        """Log a person in by a code.

        Raises:
            LoginFailed: It is wrong, used up or expired.
            UserLocked: The user is disabled or locked.
            UserLockedWithTime: Too many wrong ones were sent.
        """
        user = self._active(self._second_step.codes.redeem(request_id, code))
        return user, self._start(user)

    def log_in_by_mfa(self, user_id: str, session_id: str, code: str) -> tuple[User, dict[str, Any]]:
        """Finish a log-in in two steps.

        Raises:
            LoginFailed: The code is wrong, used up or expired.
            UserLocked: The user is disabled or locked.
            UserLockedWithTime: Too many wrong ones were sent.
        """
        if not self._sessions.is_pending(session_id, user_id):
            raise LoginFailed("The log-in takes no code: log in with a password first")
        self._second_step.codes.redeem(session_id, code)
        user = self._active(user_id)
        if not self._sessions.extend(session_id, user_id, _REFRESH_SECONDS):
            raise LoginFailed("The log-in has ended: log in with a password again")
        return user, self._tokens_of(user, session_id)

    def resend_mfa(self, user_id: str, session_id: str) -> dict[str, Any]:
        """Send another code for a log-in in two steps.

        Raises:
            LoginFailed: The log-in takes no code.
        """
        user = self._users.get(user_id)
        if user is None or not user.has_mfa or not self._sessions.is_pending(session_id, user_id):
            raise LoginFailed("The log-in takes no code: log in with a password first")
        return {"mfaExpiration": self._second_step.send(session_id, user, _phone(user))}

    def refresh(self, token: str) -> dict[str, Any]:
        """Issue new tokens for a refresh token.

        Raises:
            RefreshTokenNotValid: It is expired, not a refresh token, its log-in ended, or its user is deleted or
                disabled.
        """
        claims = self._refresh_claims(token)
        user = self._users.get(str(claims.get("sub")))
        if user is None or not user.enabled or user.locked:
            raise RefreshTokenNotValid("The refresh token is not valid: log in again")
        session_id = str(claims["jti"])
        if not self._sessions.extend(session_id, user.id, _REFRESH_SECONDS):
            raise RefreshTokenNotValid("The refresh token is not valid: log in again")
        return self._tokens_of(user, session_id)

    def log_in_by_token(self, token: str) -> tuple[User, dict[str, Any]]:
        """Start another log-in with a refresh token.

        Raises:
            LoginFailed: It is not valid.
        """
        try:
            user = self._active(str(self._refresh_claims(token).get("sub")))
        except RefreshTokenNotValid as error:
            raise LoginFailed(error.message) from None
        return user, self._start(user)

    def log_out(self, token: str) -> User | None:
        """End the log-in that a refresh token is from, and return whose it was; None where it ended before."""
        try:
            claims = self._refresh_claims(token)
        except RefreshTokenNotValid:
            return None
        self._sessions.end(str(claims["jti"]))
        return self._users.get(str(claims.get("sub")))

    def log_in_service_user(self, id: str, secret_key: str) -> dict[str, str]:
        """Issue a service user's access token.

        Raises:
            LoginFailed: The id or the secret is wrong.
            ServiceLocked: It is not active.
            TooManyLogins: Too many are logging in.
        """
        user = self.checked(lambda: self._service_users.verify(id, secret_key))
        kind = user["type"].removesuffix("_SERVICE")
        scopes = self._roles.of_service(user["roleId"])
        claims = {"serviceUserId": id, "scopes": scopes, "tokenType": f"SERVICE_{kind}"}
        token, expiration = self._tokens.sign_until(claims, user["accessTokenExpirationInMinutes"] * 60)
        return {"accessToken": token, "accessTokenExpiration": expiration}

    def checked(self, verify: Callable[[], _T]) -> _T:
        """Return what something returns that computes hashes of secrets. Raises TooManyLogins beyond a queue."""
        try:
            return self._checks.run(verify)
        except TooManySecrets:
            raise TooManyLogins("Too many are logging in at once: try again later") from None

    def _refresh_claims(self, token: str) -> dict[str, Any]:
        claims = self._tokens.read(token) or {}
        is_refresh = claims.get("tokenType") == _REFRESH
        if not is_refresh or not self._sessions.is_active(str(claims.get("jti")), str(claims.get("sub"))):
            raise RefreshTokenNotValid("The refresh token is not valid: log in again")
        return claims

    def _active(self, user_id: str) -> User:
        user = self._users.get(user_id)
        if user is None:
            raise LoginFailed("The user is gone")
        if not user.enabled or user.locked:
            raise UserLocked("The user is disabled or locked: enable it before it logs in")
        return user

    def _start(self, user: User) -> dict[str, Any]:
        session_id = self._sessions.start(user.id, _REFRESH_SECONDS)
        self._users.update(user.id, login_time=timestamp(self._second_step.clock.now()))
        return self._tokens_of(user, session_id)

    def _ask_for_code(self, user: User) -> dict[str, Any]:
        session_id = self._sessions.start(user.id, TOKEN_SECONDS, pending=True)
        expiration = self._second_step.send(session_id, user, _phone(user))
        access = self._access(user, session_id, MFA_SCOPES)
        details = {"mfaExpiration": expiration, "phone": masked_phone(_phone(user))}
        return {**_described(user, mfa_required=True), "accessJwt": access, **details}

    def _tokens_of(self, user: User, session_id: str) -> dict[str, Any]:
        access = self._access(user, session_id, self._roles.of_person(user.role))
        refresh = self._sign({"jti": session_id, "sub": user.id, "tokenType": _REFRESH}, _REFRESH_SECONDS)
        return {**_described(user, mfa_required=False), "accessJwt": access, "refreshJwt": refresh}

    def _access(self, user: User, session_id: str, scopes: Any) -> dict[str, str]:
        holder = {"refreshTokenId": session_id, "tenantId": TENANT_ID, "sub": user.id}
        return self._sign({**holder, "scopes": list(scopes), "tokenType": "USER"}, TOKEN_SECONDS)

    def _sign(self, claims: dict[str, Any], seconds: int) -> dict[str, str]:
        token, expiration = self._tokens.sign_until(claims, seconds)
        return {"token": token, "expiration": expiration}


def _phone(user: User) -> str:
    return str((user.mfa or {})["phone"])


def _described(user: User, *, mfa_required: bool) -> dict[str, Any]:
    return {
        "userId": user.id,
        "ownerOrganizationId": user.organization_id,
        "mfaRequired": mfa_required,
        "passwordResetRequired": False,
    }
