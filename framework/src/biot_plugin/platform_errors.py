"""The errors of calls to the platform's API: the branch of the error tree that handlers catch.

PlatformError                      a call to the platform's API failed
├── NotConfigured                  the platform's URL or the service user is not configured
├── PlatformUnreachable            the response is missing or incomplete
│   └── PlatformTimeout            no response before the call's timeout or Lambda's deadline
├── UnexpectedAnswer               not a response of the platform: HTML, a redirect, invalid JSON, too large
└── ApiError                       the platform responded with an error
    ├── BadRequest         400
    ├── TokenRefused       401     even after the token was renewed
    ├── AccessDenied       403     by the platform, or by the firewall before it
    ├── NotFound           404
    ├── Conflict           409
    ├── TooManyRequests    429     even after waiting
    ├── PlatformFailed     5xx
    └── LoginFailed                the log-in of the plugin's service user was refused, whatever the status
"""

from __future__ import annotations

from typing import Any, ClassVar

from biot_plugin.errors import BiotPluginError, Reject

_MAX_STATUS = 599
_MAX_NAME_LENGTH = 100
_FAILED = "The plugin failed: a call to the platform's API failed"


class PlatformError(BiotPluginError):
    """A call to the platform's API failed.

    The error's text is safe to log: it has method, path, status and code, but not the platform's message.

    Attributes:
        call: Method and path, such as `"PATCH /organization/v1/users/patients/7"`; never the query.
        trace_id: The trace id of the call, for a search in the platform's log.
    """

    def __init__(self, call: str, reason: str, *, trace_id: str | None = None) -> None:
        super().__init__(call, reason)
        self.call = call
        self.reason = reason
        self.trace_id = trace_id

    def __str__(self) -> str:
        return f"{self.call}: {self.reason}"

    def _reject(self) -> Reject:
        """Build the reply to the plugin's own caller where no handler catches the error (contract section 2.6)."""
        return Reject(500, "CALL_TO_API_FAILED", _FAILED)


class NotConfigured(PlatformError):
    """An environment variable that the platform sets is missing or not valid (contract section 7.3)."""


class PlatformUnreachable(PlatformError):
    """The response is missing or incomplete. The call may have been carried out, unless `sent` is false.

    Attributes:
        sent: Whether the call may have reached the platform.
    """

    def __init__(self, call: str, reason: str, *, sent: bool, trace_id: str | None = None) -> None:
        super().__init__(call, reason, trace_id=trace_id)
        self.sent = sent


class PlatformTimeout(PlatformUnreachable):
    """No response arrived before the call's timeout or Lambda's deadline."""

    def _reject(self) -> Reject:
        return Reject(504, "GATEWAY_TIMEOUT", "The plugin failed: the platform did not respond in time")


class UnexpectedAnswer(PlatformError):
    """The response is not one that the platform sends: a redirect, HTML, invalid JSON, or far too large.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, call: str, reason: str, *, status: int, trace_id: str | None = None) -> None:
        super().__init__(call, reason, trace_id=trace_id)
        self.status = status


class ApiError(PlatformError):
    """The platform responded with an error (contract section 8).

    Attributes:
        status: The HTTP status.
        code: Error code in upper snake case, such as `"USER_NOT_FOUND"`; None where the response has no error body of
            the platform, as when a firewall refused the call.
        message: One sentence for people. It may contain ids and values: keep it out of logs.
        details: JSON values by name.
    """

    #: Whether the plugin's own caller gets the platform's status, code and message.
    relayed: ClassVar[bool] = True

    def __init__(self, call: str, status: int, body: object = None, *, trace_id: str | None = None) -> None:
        fields = body if isinstance(body, dict) else {}
        code, message, details = fields.get("code"), fields.get("message"), fields.get("details")
        self.status = status
        self.code: str | None = code if isinstance(code, str) else None
        self.message = message if isinstance(message, str) else ""
        self.details: dict[str, Any] = details if isinstance(details, dict) else {}
        platform_trace_id = fields.get("traceId")
        # Whoever responds can write anything into the body, and the error's text is logged.
        named = self.code if self.code and _is_name(self.code) else "without the error body of the platform"
        is_trace = isinstance(platform_trace_id, str) and _is_name(f"t{platform_trace_id.replace('-', '')}")
        super().__init__(call, f"answered {status} {named}", trace_id=(is_trace and platform_trace_id) or trace_id)

    def _reject(self) -> Reject:
        if not self.relayed or not self.code or self.status > _MAX_STATUS:
            return super()._reject()
        return Reject(self.status, self.code, self.message, **self.details)


class BadRequest(ApiError):
    """400: the API does not accept the request."""


class TokenRefused(ApiError):
    """401: the platform refused the plugin's token, and then a new one.

    The plugin's caller gets 500: a user's client would take 401 for the end of the user's session.
    """

    relayed = False


class AccessDenied(ApiError):
    """403: the plugin's service user lacks the permission, or the firewall blocked the call."""


class NotFound(ApiError):
    """404: there is no such entity, or no such API."""


class Conflict(ApiError):
    """409: the entity exists already, or is in another state."""


class TooManyRequests(ApiError):
    """429: the platform's rate limit is exceeded, even after waiting."""


class PlatformFailed(ApiError):
    """5xx: the platform failed; calls that are safe to retry were retried."""


class LoginFailed(ApiError):
    """The platform refused the log-in of the plugin's service user (contract section 5.3)."""

    relayed = False


def _is_name(text: str) -> bool:
    """Whether a text is a short ASCII word, such as a code of the platform."""
    return len(text) <= _MAX_NAME_LENGTH and text.isascii() and text.isidentifier()


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: TokenRefused,
    403: AccessDenied,
    404: NotFound,
    409: Conflict,
    429: TooManyRequests,
}


def api_error(call: str, status: int, body: object, trace_id: str | None) -> ApiError:
    """Create the error of the class for an error status."""
    error_class = PlatformFailed if status >= 500 else _BY_STATUS.get(status, ApiError)
    return error_class(call, status, body, trace_id=trace_id)
