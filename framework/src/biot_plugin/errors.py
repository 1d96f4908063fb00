"""What can go wrong, as one tree. A class owns the status and the code that its caller is answered with.

BiotPluginError
├── RegistrationError           a mistake in the plugin's code, raised while it is imported
├── PlatformError               a call of the platform's API failed: its branch is in `_platform_errors`
└── Reject                      stops a call; raised by handlers, middleware and the framework itself
    ├── InvalidEvent      400   NO_EVENT, NO_DATA, NO_METADATA
    ├── InvalidBody       400   INVALID_BODY: the body does not fit the handler's model
    ├── UnverifiedCaller  400   JWT_ERROR: a hook was not called by the platform
    │   └── Unauthorized  401   JWT_ERROR: a direct call without a valid token
    ├── NoHandler         500   NO_HANDLER: nothing is registered for the event
    └── InvalidResult     500   INVALID_RESULT: a handler returned or left behind what cannot be sent
"""

from __future__ import annotations

from typing import Any, ClassVar


class BiotPluginError(Exception):
    """The root of every error that this package raises on purpose."""


class RegistrationError(BiotPluginError):
    """A decorator was used in a way that can never work; the message names the places in the code."""


class Reject(BiotPluginError):
    """Stops the call and answers it with the platform's error body (contract sections 2.6 and 8).

    Args:
        status: HTTP status, 400 to 599. The platform takes any other status for success.
        code: What went wrong, in upper snake case, such as `"PATIENT_IS_A_MINOR"`.
        message: One sentence for people. It is shown to the caller: keep personal data out of it.
        **details: JSON values that machines may want, by name.

    Raises:
        ValueError: `status` is not an error status.
    """

    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, status: int, code: str, message: str, /, **details: Any) -> None:
        if not 400 <= status <= 599:
            raise ValueError(
                f"Reject needs a status from 400 to 599, not {status}: anything else would let the call pass"
            )
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


class InvalidEvent(Reject):
    """The event is not what the platform sends (contract sections 2.6 and 3.4)."""

    def __init__(self, code: str, message: str, /) -> None:
        super().__init__(400, code, message)


class InvalidBody(Reject):
    """The body does not fit the model that the handler asks for.

    Args:
        problems: What is wrong: a list of `{"path": str, "message": str}`.
    """

    def __init__(self, problems: list[dict[str, str]], /) -> None:
        super().__init__(400, "INVALID_BODY", "The body is not valid", errors=problems)


class UnverifiedCaller(Reject):
    """A hook's caller is not proved to be the platform.

    The status is 400, as the platform's own samples answer: 401 would be relayed to a human caller of the intercepted
    API as the end of their own session.
    """

    status_code: ClassVar[int] = 400

    def __init__(self, reason: str, /) -> None:
        super().__init__(self.status_code, "JWT_ERROR", f"The caller is not verified: {reason}")
        self.reason = reason


class Unauthorized(UnverifiedCaller):
    """A direct call came without a valid token of the platform."""

    status_code = 401
    headers: ClassVar[dict[str, str]] = {"www-authenticate": "Bearer"}


class NoHandler(Reject):
    """Nothing is registered for the event. Letting the call pass silently would be worse than failing it."""

    def __init__(self, wanted: str, registered: list[str], /) -> None:
        super().__init__(500, "NO_HANDLER", f"The plugin has no handler for {wanted}", registered=registered)


class InvalidResult(Reject):
    """A handler returned, or left in its event, what cannot be sent to the platform."""

    def __init__(self, message: str, /) -> None:
        super().__init__(500, "INVALID_RESULT", message)
