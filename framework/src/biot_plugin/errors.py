"""The errors of the framework, as one tree. Each class defines the status and the code of the reply.

BiotPluginError
├── RegistrationError           a mistake in the plugin's code, raised while it is imported
├── PlatformError               a call to the platform's API failed; see `platform_errors`
└── Reject                      stops a call; raised by handlers, middleware and the framework
    ├── InvalidEvent      400   NO_EVENT, NO_DATA, NO_METADATA
    ├── InvalidBody       400   INVALID_BODY: the body does not match the handler's model
    ├── UnverifiedCaller  400   JWT_ERROR: a hook was not called by the platform
    │   └── Unauthorized  401   JWT_ERROR: a direct call without a valid token
    ├── NoHandler         500   NO_HANDLER: no handler is registered for the event
    ├── HandlerTimeout    504   GATEWAY_TIMEOUT: a handler took too long, where it is not Lambda that ends it
    ├── asgi.refusals     408, 413, 503: what a server of one's own cannot take
    └── InvalidResult     500   INVALID_RESULT: a handler returned, or left in the event, what cannot be sent
"""

from __future__ import annotations

from typing import Any, ClassVar


class BiotPluginError(Exception):
    """The base class of every error that this package raises on purpose."""


class RegistrationError(BiotPluginError):
    """A decorator was used in a way that cannot work; the message names the places in the code."""


class Reject(BiotPluginError):
    """Stops the call and replies with the platform's error body (contract sections 2.6 and 8).

    Args:
        status: HTTP status, 400 to 599. The platform treats any other status as success.
        code: Error code in upper snake case, such as `"PATIENT_IS_A_MINOR"`.
        message: One sentence for people. The caller sees it: keep personal data out of it.
        **details: Values for machines, by name. Beside JSON's own types, they may be dates, ids, decimal numbers,
            enums, sets and models; of any other value, only the name of its type is sent.

    Raises:
        TypeError: `status` is not a whole number.
        ValueError: `status` is not an error status.
    """

    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, status: int, code: str, message: str, /, **details: Any) -> None:
        status = error_status(status)
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


def error_status(status: object) -> int:
    """Return the status of an error as a plain number.

    Raises:
        TypeError: It is not a whole number.
        ValueError: It is not the status of an error.
    """
    if not isinstance(status, int) or isinstance(status, bool):
        raise TypeError(f"Reject needs a whole number from 400 to 599 as its status, not a {type(status).__name__}")
    if not 400 <= status <= 599:
        raise ValueError(
            f"Reject needs a status from 400 to 599, not {int(status)}: anything else would let the call pass"
        )
    return int(status)


class InvalidEvent(Reject):
    """The event is not one that the platform sends (contract sections 2.6 and 3.4)."""

    def __init__(self, code: str, message: str, /) -> None:
        super().__init__(400, code, message)


class InvalidBody(Reject):
    """The body does not match the handler's model.

    Args:
        problems: The problems, as a list of `{"path": str, "message": str}`.
    """

    def __init__(self, problems: list[dict[str, str]], /) -> None:
        super().__init__(400, "INVALID_BODY", "The body is not valid", errors=problems)


class UnverifiedCaller(Reject):
    """The caller of a hook is not verified to be the platform.

    The status is 400, as in the platform's samples: the platform would relay 401 to the user who called the intercepted
    API, whose client would take it for the end of the session.
    """

    status_code: ClassVar[int] = 400

    def __init__(self, reason: str, /) -> None:
        super().__init__(self.status_code, "JWT_ERROR", f"The caller is not verified: {reason}")
        self.reason = reason


class Unauthorized(UnverifiedCaller):
    """A direct call has no valid token of the platform."""

    status_code = 401
    headers: ClassVar[dict[str, str]] = {"www-authenticate": "Bearer"}


class NoHandler(Reject):
    """No handler is registered for the event. It is better to fail the call than to let it pass silently."""

    def __init__(self, subject: str, registered: list[str], /) -> None:
        super().__init__(500, "NO_HANDLER", f"The plugin has no handler for {subject}", registered=registered)


class InvalidResult(Reject):
    """A handler returned, or left in its event, what cannot be sent to the platform, or it never ran."""

    def __init__(self, message: str, /) -> None:
        super().__init__(500, "INVALID_RESULT", message)


class HandlerTimeout(Reject):
    """A handler took longer than it may, where it is not Lambda that ends it."""

    def __init__(self) -> None:
        super().__init__(504, "GATEWAY_TIMEOUT", "The plugin did not handle the call in time")
