"""Handlers of log-ins: by password, by code, in two steps, by a refresh token; and of their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Call, Caller
from biot_emulator.api.errors import TokenNotValid
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.services.ums.logins import Logins
from biot_emulator.services.ums.users import User

__all__ = ["FindPerson", "LoginHandlers"]

FindPerson = Callable[[str], tuple[str, Mapping[str, Any]] | None]
"""Returns the entity of a person by its id, with its type's name before it; None where there is none."""


@dataclass(frozen=True, slots=True)
class LoginHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        logins: Issues tokens for credentials.
        find_person: Finds who has logged in.
        changes: Where each log-in and log-out is recorded, for the notifications.
    """

    logins: Logins
    find_person: FindPerson
    changes: EntityChanges

    def log_in(self, call: Call) -> ApiResponse:
        """Log a person in, or begin to, where there is a second step."""
        fields = Fields(call.object)
        username, password = fields.text("username"), fields.optional_text("password") or ""
        return self._logged_in(call, *self.logins.log_in_user(username, password))

    def refresh(self, call: Call) -> ApiResponse:
        """Exchange a refresh token for new tokens."""
        return ApiResponse(200, self.logins.refresh(Fields(call.object).text("refreshToken")))

    def log_in_by_token(self, call: Call) -> ApiResponse:
        """Log a person in again by a refresh token."""
        return self._logged_in(call, *self.logins.log_in_by_token(Fields(call.object).text("refreshToken")))

    def send_otp(self, call: Call) -> ApiResponse:
        """Send the code of a log-in to a phone."""
        return ApiResponse(200, self.logins.send_otp(Fields(call.object).text("phone")))

    def log_in_by_otp(self, call: Call) -> ApiResponse:
        """Log a person in by the code that was sent."""
        fields = Fields(call.object)
        return self._logged_in(call, *self.logins.log_in_by_otp(fields.uuid("requestId"), fields.text("code")))

    def log_in_by_mfa(self, call: Call) -> ApiResponse:
        """Finish a log-in in two steps."""
        code = Fields(call.object).text("code")
        caller = _caller(call)
        return self._logged_in(call, *self.logins.log_in_by_mfa(caller.subject_id, caller.session_id, code))

    def resend_mfa(self, call: Call) -> ApiResponse:
        """Send the code of the second step again."""
        caller = _caller(call)
        return ApiResponse(200, self.logins.resend_mfa(caller.subject_id, caller.session_id))

    def log_out(self, call: Call) -> ApiResponse:
        """End a log-in: neither its access tokens nor its refresh tokens are valid any more."""
        user = self.logins.log_out(Fields(call.object).text("refreshToken"))
        if user:
            self._record(call, user, "_logout")
        return ApiResponse(200)

    def log_in_service_user(self, call: Call) -> ApiResponse:
        """Log a service user in."""
        fields = Fields(call.object)
        return ApiResponse(200, self.logins.log_in_service_user(fields.uuid("id"), fields.text("secretKey")))

    def _logged_in(self, call: Call, user: User, tokens: dict[str, Any]) -> ApiResponse:
        if not tokens["mfaRequired"]:
            self._record(call, user, "_login")
        return ApiResponse(200, tokens)

    def _record(self, call: Call, user: User, action: str) -> None:
        found = self.find_person(user.id)
        if found:
            caller = Caller(user.id, "USER", user.organization_id, frozenset())
            self.changes.record(found[0], action, call._replace(caller=caller), found[1])


def _caller(call: Call) -> Caller:
    if call.caller is None:
        raise TokenNotValid("The header [authorization] must be [Bearer] and an access token")
    return call.caller
