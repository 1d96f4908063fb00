"""What the emulator itself can fail at; what a plugin does wrong is an `InvocationError` instead.

EmulatorError
├── SandboxUnavailable    the plugin's process cannot be started
│   └── ClientUnavailable   awslambdaric was asked for, and cannot be had for the interpreter
├── InvalidEvent          an event cannot be sent as it is
├── InvalidCode           what was sent as a plugin's code cannot be its code
├── InvalidCron           the platform does not take a schedule
└── ApiError              an API answers with the platform's error body; the class owns status and code
    ├── BadRequest          400 BAD_REQUEST
    ├── TokenNotValid       401 TOKEN_NOT_VALID
    ├── AccessDenied        403 ACCESS_DENIED
    ├── NotKnown            404 NOT_FOUND
    │   └── MethodNotAllowed  405 METHOD_NOT_ALLOWED
    └── PluginFailed        502 BAD_GATEWAY
"""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = [
    "AccessDenied",
    "ApiError",
    "BadRequest",
    "ClientUnavailable",
    "EmulatorError",
    "InvalidEvent",
    "MethodNotAllowed",
    "NotKnown",
    "PluginFailed",
    "SandboxUnavailable",
    "TokenNotValid",
]


class EmulatorError(Exception):
    """The emulator cannot do what was asked; the message says what to do about it."""


class SandboxUnavailable(EmulatorError):
    """The plugin's process cannot be started."""


class ClientUnavailable(SandboxUnavailable):
    """`awslambdaric` was asked for by name, and cannot be had for the plugin's interpreter."""


class InvalidEvent(EmulatorError):
    """An event cannot be sent as it is."""


class ApiError(EmulatorError):
    """An API refuses a call with the platform's error body (contract section 8).

    Args:
        message: One sentence for people.
        **details: What the code's details are, by name (contract section 6.6 and others).
    """

    status_code: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, /, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's headers say of it, by lower-case name."""
        return {}


class BadRequest(ApiError):
    """The call is not what the API takes."""

    status_code = 400
    code = "BAD_REQUEST"


class TokenNotValid(ApiError):
    """The caller has no valid token."""

    status_code = 401
    code = "TOKEN_NOT_VALID"


class AccessDenied(ApiError):
    """The caller's token lacks the permission."""

    status_code = 403
    code = "ACCESS_DENIED"


class NotKnown(ApiError):
    """There is no such API or thing."""

    status_code = 404
    code = "NOT_FOUND"


class MethodNotAllowed(NotKnown):
    """There is no such API, but there are others at its path: `allowedMethods` are theirs."""

    status_code = 405
    code = "METHOD_NOT_ALLOWED"

    @property
    def headers(self) -> dict[str, str]:
        """Says which methods would do, as HTTP wants it."""
        return {"allow": ", ".join(self.details["allowedMethods"])}


class PluginFailed(ApiError):
    """A plugin that the call goes through has crashed, timed out, or replied what cannot be used."""

    status_code = 502
    code = "BAD_GATEWAY"
