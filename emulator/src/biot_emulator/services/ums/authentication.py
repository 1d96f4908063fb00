"""Tells from a token who calls (contract section 5)."""

from __future__ import annotations

from typing import Any

from biot_emulator.api.call import Call, Caller
from biot_emulator.errors import TokenNotValid
from biot_emulator.platform import Platform
from biot_emulator.security.tokens import PLATFORM_SERVICE_ID, TENANT_ID
from biot_emulator.services.errors import ServiceUserNotFound
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.users import Users

__all__ = ["Authentication"]

_SCHEME = "bearer"
_INTERNAL = "SERVICE_INTERNAL"


class Authentication:
    """The platform's `authenticate`: a token that the platform signed, in time, of someone who is still there."""

    def __init__(self, platform: Platform, users: Users, services: ServiceUsers) -> None:
        self._tokens = platform.tokens
        self._users = users
        self._services = services
        platform.authenticate = self

    def __call__(self, call: Call) -> Caller:
        """Read the caller from the `authorization` header.

        Raises:
            TokenNotValid: It has no token, or one that is not, or no longer, good.
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
            service = self._services.get(id)
        except ServiceUserNotFound:
            return None
        return Caller(id, kind, service["ownerOrganizationId"], permissions) if service["active"] else None
