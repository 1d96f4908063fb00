"""What can go wrong when a handler calls the platform's API: the branch of the error tree that handlers catch.

PlatformError                      a call of the platform's API failed
├── NotConfigured                  the plugin does not know where the platform is, or who to log in as
├── PlatformUnreachable            no answer came, or only half of one
│   └── PlatformTimeout            none came in the time that the call, or the invocation, has left
├── UnexpectedAnswer               what came is not the platform's: HTML, a redirect, broken JSON, no page
└── ApiError                       the platform answered with an error
    ├── BadRequest         400
    ├── TokenRefused       401     even after the token was renewed
    ├── AccessDenied       403     by the platform, or by the firewall before it
    ├── NotFound           404
    ├── Conflict           409
    ├── TooManyRequests    429     even after waiting
    ├── PlatformFailed     5xx
    └── LoginFailed                the plugin's service user was not let in, whatever the status
"""

from __future__ import annotations

from typing import Any, ClassVar

from biot_plugin.errors import BiotPluginError, Reject

_GREATEST_STATUS = 599
_FAILED = "The plugin could not do its work: a call of the platform's API failed"


class PlatformError(BiotPluginError):
    """A call of the platform's API failed.

    The error's text is safe to log: method and path, status and code, and nothing that the platform wrote for people.

    Attributes:
        call: Method and path, such as `"PATCH /organization/v1/users/patients/7"`; never the query.
        trace_id: The trace id of the call, to search the platform's log for.
    """

    def __init__(self, call: str, reason: str, *, trace_id: str | None = None) -> None:
        super().__init__(call, reason)
        self.call = call
        self.reason = reason
        self.trace_id = trace_id

    def __str__(self) -> str:
        return f"{self.call}: {self.reason}"

    def _reject(self) -> Reject:
        """What the plugin's own caller is told where nobody catches the error (contract section 2.6)."""
        return Reject(500, "CALL_TO_API_FAILED", _FAILED)


class NotConfigured(PlatformError):
    """The plugin's environment lacks what the platform puts there (contract section 7.3)."""


class PlatformUnreachable(PlatformError):
    """No answer came, or only half of one. The call may have been carried out, unless the platform was never reached.

    Attributes:
        sent: Whether the call may have reached the platform.
    """

    def __init__(self, call: str, reason: str, *, sent: bool, trace_id: str | None = None) -> None:
        super().__init__(call, reason, trace_id=trace_id)
        self.sent = sent


class PlatformTimeout(PlatformUnreachable):
    """No answer came in the time that the call, or Lambda's deadline, has left."""

    def _reject(self) -> Reject:
        return Reject(504, "GATEWAY_TIMEOUT", "The plugin could not do its work: the platform did not answer in time")


class UnexpectedAnswer(PlatformError):
    """The status is one of success, or a redirect, but what came is not what the platform sends.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, call: str, reason: str, *, status: int, trace_id: str | None = None) -> None:
        super().__init__(call, reason, trace_id=trace_id)
        self.status = status


class ApiError(PlatformError):
    """The platform answered with an error (contract section 8).

    Attributes:
        status: The HTTP status.
        code: What went wrong, in upper snake case, such as `"USER_NOT_FOUND"`; None where the answer is not the
            platform's error body, as when a firewall refused the call.
        message: One sentence for people, with ids and values in it: keep it out of logs.
        details: JSON values by name.
    """

    #: Whether the plugin's own caller is told what the platform said.
    relayed: ClassVar[bool] = True

    def __init__(self, call: str, status: int, body: object = None, *, trace_id: str | None = None) -> None:
        known = body if isinstance(body, dict) else {}
        code, message, details = known.get("code"), known.get("message"), known.get("details")
        self.status = status
        self.code: str | None = code if isinstance(code, str) else None
        self.message = message if isinstance(message, str) else ""
        self.details: dict[str, Any] = details if isinstance(details, dict) else {}
        theirs = known.get("traceId")
        answered = f"answered {status} {self.code or 'without the error body of the platform'}"
        super().__init__(call, answered, trace_id=theirs if isinstance(theirs, str) and theirs else trace_id)

    def _reject(self) -> Reject:
        if not self.relayed or not self.code or self.status > _GREATEST_STATUS:
            return super()._reject()
        return Reject(self.status, self.code, self.message, **self.details)


class BadRequest(ApiError):
    """400: the call is not what the API asks for."""


class TokenRefused(ApiError):
    """401: the platform refused the plugin's token, even a new one.

    The caller of an intercepted API is answered 500: 401 would be relayed to people as the end of their own session.
    """

    relayed = False


class AccessDenied(ApiError):
    """403: the plugin's service user may not do this, or the firewall found the call suspicious."""


class NotFound(ApiError):
    """404: there is no such entity, or no such API."""


class Conflict(ApiError):
    """409: it is there already, or in another state."""


class TooManyRequests(ApiError):
    """429: the platform asked for fewer calls, even after waiting."""


class PlatformFailed(ApiError):
    """5xx: the platform failed to answer; what is safe to try again was tried again."""


class LoginFailed(ApiError):
    """The plugin's service user was not let in (contract section 5.3)."""

    relayed = False


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: TokenRefused,
    403: AccessDenied,
    404: NotFound,
    409: Conflict,
    429: TooManyRequests,
}


def api_error(call: str, status: int, body: object, trace_id: str | None) -> ApiError:
    """The error of the class that fits an error status."""
    kind = PlatformFailed if status >= 500 else _BY_STATUS.get(status, ApiError)
    return kind(call, status, body, trace_id=trace_id)
