"""Tokens for callers that are known: an operator repeats their calls, and nobody has recorded the tokens of these."""

from __future__ import annotations

from biot_emulator.api.call import Caller
from biot_emulator.api.errors import ApiError
from biot_emulator.security.tokens import TOKEN_SECONDS, TokenIssuer
from biot_emulator.security.well_known_ids import PLATFORM_SERVICE_ID, TENANT_ID
from biot_emulator.services.ums.holders import Holders
from biot_emulator.services.ums.roles import MFA_SCOPES

__all__ = ["CallerGone", "RenewedTokens"]


class CallerGone(ApiError):
    """Nobody can have a token of a caller any more."""

    status_code = 409
    code = "CALLER_GONE"


class RenewedTokens:
    """Signs tokens with what their holders may do by now.

    Args:
        tokens: Signs them.
        holders: Who can hold them.
    """

    def __init__(self, tokens: TokenIssuer, holders: Holders) -> None:
        self._tokens = tokens
        self._holders = holders

    def sign_for(self, caller: Caller) -> str:
        """Sign a token for a caller.

        Raises:
            CallerGone: It is deleted, disabled or locked.
        """
        return self._for_service(caller) if caller.is_service else self._for_person(caller)

    def _for_person(self, caller: Caller) -> str:
        user, sessions = self._holders.person(caller.subject_id), self._holders.sessions
        if user is None:
            raise CallerGone(f"The caller, the user [{caller.subject_id}], is deleted, disabled or locked")
        session_id, scopes = caller.session_id, self._holders.roles.of_person(user.role)
        if sessions.is_pending(session_id, user.id):
            scopes = list(MFA_SCOPES)
        elif not sessions.is_active(session_id, user.id):
            session_id = sessions.start(user.id, TOKEN_SECONDS)
        holder = {"refreshTokenId": session_id, "tenantId": TENANT_ID, "sub": user.id}
        return self._tokens.sign({**holder, "scopes": scopes, "tokenType": "USER"})

    def _for_service(self, caller: Caller) -> str:
        if caller.subject_id == PLATFORM_SERVICE_ID:
            scopes = sorted(caller.permissions)
        else:
            scopes = self._scopes(caller.subject_id)
        claims = {"serviceUserId": caller.subject_id, "scopes": scopes, "tokenType": caller.token_type}
        return self._tokens.sign(claims)

    def _scopes(self, id: str) -> list[str]:
        service = self._holders.service(id)
        if service is None:
            raise CallerGone(f"The caller, the service user [{id}], is deleted or not active")
        return self._holders.roles.of_service(service["roleId"])
