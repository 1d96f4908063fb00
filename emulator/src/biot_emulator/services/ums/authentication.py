"""Identifies callers by their tokens (contract section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.api.call import Call, Caller
from biot_emulator.api.errors import TokenNotValid
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.security.well_known_ids import PLATFORM_SERVICE_ID, TENANT_ID
from biot_emulator.services.ums.holders import Holders
from biot_emulator.services.ums.roles import MFA_SCOPES, PATIENT, REGISTERED, SERVICE

__all__ = ["Authentication"]

_SCHEME = "bearer"
_INTERNAL = "SERVICE_INTERNAL"


class Authentication:
    """Accepts tokens that the platform signed, that are not expired, and whose holder and log-in still exist.

    Args:
        tokens: Reads tokens.
        holders: Who can hold them.
    """

    def __init__(self, tokens: TokenIssuer, holders: Holders) -> None:
        self._tokens = tokens
        self._holders = holders

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
            raise TokenNotValid("The token's holder is gone, disabled or logged out, or it is no access token")
        return caller

    def identify(self, headers: Mapping[str, str]) -> Caller | None:
        """Return the caller that the `authorization` header is of, where the platform needs none; None for others."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        claims = self._tokens.read(token.strip()) if token and scheme.lower() == _SCHEME else None
        return self._caller(claims) if claims else None

    def _caller(self, claims: dict[str, Any]) -> Caller | None:
        scopes = frozenset(claims.get("scopes") or ())
        match claims.get("tokenType"):
            case "USER":
                return self._person(str(claims.get("sub")), str(claims.get("refreshTokenId")), scopes)
            case "SERVICE_INTERNAL" | "SERVICE_EXTERNAL" as kind:
                return self._service(str(claims.get("serviceUserId")), kind, scopes)
        return None

    def _person(self, id: str, session_id: str, scopes: frozenset[str]) -> Caller | None:
        user, holders = self._holders.person(id), self._holders
        if user is None:
            return None
        if holders.sessions.is_active(session_id, id):
            allowed = scopes.intersection(holders.roles.of_person(user.role))
        elif holders.sessions.is_pending(session_id, id):
            allowed = scopes.intersection(MFA_SCOPES)
        else:
            return None
        own_alone = user.role in (PATIENT, REGISTERED)
        return Caller(id, "USER", user.organization_id, allowed, user.role, user.sees_all, own_alone, session_id)

    def _service(self, id: str, kind: str, scopes: frozenset[str]) -> Caller | None:
        if (id, kind) == (PLATFORM_SERVICE_ID, _INTERNAL):
            return Caller(id, kind, TENANT_ID, scopes, SERVICE, sees_all=True)
        service = self._holders.service(id)
        if service is None:
            return None
        allowed = scopes.intersection(self._holders.roles.of_service(service["roleId"]))
        organization_id = service["ownerOrganizationId"]
        return Caller(id, kind, organization_id, allowed, SERVICE, sees_all=organization_id == TENANT_ID)
