"""The errors that any API can respond with; the class owns status and code (contract section 8).

ApiError                    500 INTERNAL_SERVER_ERROR
├── BadRequest              400 BAD_REQUEST
├── TokenNotValid           401 TOKEN_NOT_VALID
├── AccessDenied            403 ACCESS_DENIED
├── NotKnown                404 NOT_FOUND
│   ├── NotModelled         404 NOT_MODELLED
│   ├── ApiNotKnown         404 NOT_FOUND
│   └── MethodNotAllowed    405 METHOD_NOT_ALLOWED
├── TooSlow                 408 REQUEST_TIMEOUT
├── BodyTooLarge            413 PAYLOAD_TOO_LARGE
├── TargetTooLong           414 URI_TOO_LONG
├── TooManyRequests         429 TOO_MANY_REQUESTS
├── HeadersTooLarge         431 REQUEST_HEADER_FIELDS_TOO_LARGE
├── PluginFailed            502 BAD_GATEWAY
└── Overloaded              503 SERVICE_UNAVAILABLE
"""

from __future__ import annotations

from typing import Any

from biot_emulator.errors import EmulatorError

__all__ = [
    "AccessDenied",
    "ApiError",
    "ApiNotKnown",
    "BadRequest",
    "BodyTooLarge",
    "HeadersTooLarge",
    "MethodNotAllowed",
    "NotKnown",
    "NotModelled",
    "Overloaded",
    "PluginFailed",
    "TargetTooLong",
    "TokenNotValid",
    "TooManyRequests",
    "TooSlow",
]

_RETRY_SECONDS = "1"


class ApiError(EmulatorError):
    """An API refuses a call with the platform's error body (contract section 8).

    Args:
        message: One sentence for people.
        **details: The details of the code, by name (contract section 6.6 and others).
    """

    status_code: int = 500
    code: str = "INTERNAL_SERVER_ERROR"

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


class NotModelled(NotKnown):
    """The platform has this API, and this emulator does not."""

    code = "NOT_MODELLED"


class ApiNotKnown(NotKnown):
    """There is no such API."""


class MethodNotAllowed(NotKnown):
    """There is no such API, but its path has others: `allowedMethods` are theirs."""

    status_code = 405
    code = "METHOD_NOT_ALLOWED"

    @property
    def headers(self) -> dict[str, str]:
        """The `allow` header with the methods of the path, as HTTP requires."""
        return {"allow": ", ".join(self.details["allowedMethods"])}


class TooSlow(ApiError):
    """The request does not arrive as fast as the platform waits for it."""

    status_code = 408
    code = "REQUEST_TIMEOUT"


class BodyTooLarge(ApiError):
    """The body has more bytes than the API accepts."""

    status_code = 413
    code = "PAYLOAD_TOO_LARGE"


class TargetTooLong(ApiError):
    """The path or the query has more bytes than the platform accepts."""

    status_code = 414
    code = "URI_TOO_LONG"


class TooManyRequests(ApiError):
    """More callers wait for the same than the platform lets wait."""

    status_code = 429
    code = "TOO_MANY_REQUESTS"

    @property
    def headers(self) -> dict[str, str]:
        """When to try again, in seconds."""
        return {"retry-after": _RETRY_SECONDS}


class HeadersTooLarge(ApiError):
    """The headers are more, or have more bytes, than the platform accepts."""

    status_code = 431
    code = "REQUEST_HEADER_FIELDS_TOO_LARGE"


class PluginFailed(ApiError):
    """A plugin that intercepts the call crashed, timed out, or sent a reply that cannot be used.

    Args:
        message: One sentence for people.
        status_code: The status that the platform has for it.
        code: The code that the platform has for it.
        **details: The details of the code, by name.
    """

    status_code = 502
    code = "BAD_GATEWAY"

    def __init__(self, message: str, status_code: int = 502, code: str = "BAD_GATEWAY", /, **details: Any) -> None:
        super().__init__(message, **details)
        self.status_code = status_code
        self.code = code


class Overloaded(ApiError):
    """The platform has no room for another request."""

    status_code = 503
    code = "SERVICE_UNAVAILABLE"

    @property
    def headers(self) -> dict[str, str]:
        """When to try again, in seconds."""
        return {"retry-after": _RETRY_SECONDS}
