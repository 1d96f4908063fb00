"""Handlers of what needs a token from a mail, or the wish for one, and no log-in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Call
from biot_emulator.api.errors import TokenNotValid
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.ums.credentials import is_phone, is_username, strength
from biot_emulator.services.ums.one_time.mail_tokens import TemporaryTokens
from biot_emulator.services.ums.passwords import Passwords
from biot_emulator.services.ums.users import OTP, PASSWORD

__all__ = ["Operation", "TokenHandlers"]

Operation = Callable[[Call, str, dict[str, Any]], None]
"""Executes what a token is good for: for a person, with the data that was sent."""

_KINDS = (PASSWORD, OTP)


@dataclass(frozen=True, slots=True)
class TokenHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        tokens: The tokens that were sent.
        passwords: Sets passwords.
        operations: What tokens are good for, by name.
        one_at_a_time: Has no token used twice at the same time.
    """

    tokens: TemporaryTokens
    passwords: Passwords
    operations: Mapping[str, Operation]
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def send_link(self, call: Call) -> ApiResponse:
        """Send a link to set a new password, where there is such a user; the response is the same where not."""
        self.passwords.send_link(Fields(call.object).text("username"))
        return ApiResponse(202)

    def validate(self, call: Call) -> ApiResponse:
        """Respond whether a token is good for an operation."""
        self._checked(call)
        return ApiResponse(200)

    def execute(self, call: Call) -> ApiResponse:
        """Execute the operation that a token is good for, once."""
        fields = Fields(call.object)
        fields.inner("operationData")
        with self.one_at_a_time:
            name, entity_id = self._checked(call)
            self.operations[name](call, entity_id, call.object.get("operationData") or {})
            self.tokens.use_up(name, entity_id)
        return ApiResponse(200, {"operationData": {}})

    def validate_credentials(self, call: Call) -> ApiResponse:
        """Respond whether a user name and a password may be used; whether the name is taken remains unsaid."""
        fields = Fields(call.object)
        username, password = fields.text("username"), fields.optional_text("password") or ""
        kind = fields.choice("credentialType", _KINDS) if fields.present("credentialType") else PASSWORD
        score, lacks = strength(password)
        code, message = "", ""
        if not is_username(username) or (kind == OTP and not is_phone(username)):
            code, message = "INVALID_USERNAME", "The user name may not be used"
        elif kind == PASSWORD and lacks:
            code, message = "INVALID_PASSWORD", f"The password must have {' and '.join(lacks)}"
        suggestions = f"Add {', '.join(lacks)}" if lacks else ""
        rated = {"score": score, "suggestions": suggestions, "warningMessage": ""}
        return ApiResponse(200, {"success": not code, "code": code, "message": message, "passwordStrength": rated})

    def _checked(self, call: Call) -> tuple[str, str]:
        name, entity_id = (next(iter(call.query.get(field, ())), "") for field in ("operation", "entityId"))
        if name not in self.operations:
            raise TokenNotValid("The token is not valid for this operation, or no longer: have a new one sent")
        self.tokens.check(call.variables["token"], name, entity_id)
        return name, entity_id
