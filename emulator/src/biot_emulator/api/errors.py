"""The errors that any API can respond with; the class owns status and code (contract section 8).

ApiError                    500 INTERNAL_SERVER_ERROR
├── BadRequest              400 BAD_REQUEST
├── TokenNotValid           401 TOKEN_NOT_VALID
├── AccessDenied            403 ACCESS_DENIED
├── NotKnown                404 NOT_FOUND
│   └── MethodNotAllowed    405 METHOD_NOT_ALLOWED
└── PluginFailed            502 BAD_GATEWAY
"""

from __future__ import annotations

from typing import Any, ClassVar

from biot_emulator.errors import EmulatorError

__all__ = ["AccessDenied", "ApiError", "BadRequest", "MethodNotAllowed", "NotKnown", "PluginFailed", "TokenNotValid"]


class ApiError(EmulatorError):
    """An API refuses a call with the platform's error body (contract section 8).

    Args:
        message: One sentence for people.
        **details: The details of the code, by name (contract section 6.6 and others).
    """

    status_code: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, /, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the response, by lower-case name."""
        return {}


class BadRequest(ApiError):
    """The request is not valid for the API."""

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
    """There is no such API, but its path has others: `allowedMethods` are theirs."""

    status_code = 405
    code = "METHOD_NOT_ALLOWED"

    @property
    def headers(self) -> dict[str, str]:
        """The `allow` header with the methods of the path, as HTTP requires."""
        return {"allow": ", ".join(self.details["allowedMethods"])}


class PluginFailed(ApiError):
    """A plugin that intercepts the call crashed, timed out, or sent a reply that cannot be used."""

    status_code = 502
    code = "BAD_GATEWAY"
