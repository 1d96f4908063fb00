"""Identifies callers by their tokens (contract section 5)."""

from __future__ import annotations

from typing import Any

from biot_emulator.api.call import Call, Caller
from biot_emulator.api.errors import TokenNotValid
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.security.well_known_ids import PLATFORM_SERVICE_ID, TENANT_ID
from biot_emulator.services.ums.errors import ServiceUserNotFound
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.users import Users

__all__ = ["Authentication"]

_SCHEME = "bearer"
_INTERNAL = "SERVICE_INTERNAL"


class Authentication:
    """Accepts tokens that the platform signed, that are not expired, and whose holder still exists.

    Args:
        tokens: Reads tokens.
        users: The people who can log in.
        service_users: The service users who can log in.
    """

    def __init__(self, tokens: TokenIssuer, users: Users, service_users: ServiceUsers) -> None:
        self._tokens = tokens
        self._users = users
        self._service_users = service_users

    def __call__(self, call: Call) -> Caller:
        """Read the caller from the `authorization` header.

        Raises:
            TokenNotValid: There is no token, or it is not valid.
        """
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != _SCHEME or not token:
            raise TokenNotValid("The header [authorization] must be [Bearer] and an access token")
        claims = self._tokens.read(token.strip())
        if claims is None:
            raise TokenNotValid("The token is expired, or this platform did not sign it: log in again")
        caller = self._caller(claims)
        if caller is None:
            raise TokenNotValid("The token's holder is gone or disabled, or it is no access token")
        return caller

    def _caller(self, claims: dict[str, Any]) -> Caller | None:
        permissions = frozenset(claims.get("scopes") or ())
        match claims.get("tokenType"):
            case "USER":
                user = self._users.get(str(claims.get("sub")))
                return Caller(user.id, "USER", user.organization_id, permissions) if user and user.enabled else None
            case "SERVICE_INTERNAL" | "SERVICE_EXTERNAL" as kind:
                return self._service(str(claims.get("serviceUserId")), kind, permissions)
        return None

    def _service(self, id: str, kind: str, permissions: frozenset[str]) -> Caller | None:
        if (id, kind) == (PLATFORM_SERVICE_ID, _INTERNAL):
            return Caller(id, kind, TENANT_ID, permissions)
        try:
            service = self._service_users.get(id)
        except ServiceUserNotFound:
            return None
        return Caller(id, kind, service["ownerOrganizationId"], permissions) if service["active"] else None
