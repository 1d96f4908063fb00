"""What a request to the page can fail at; the class owns the status.

PageError
├── Refused         403  it does not come from the page itself
├── Missing         404  there is no such page, or what it is about is gone
├── NotAllowed      405  the page has another method
├── Invalid         400  a form has what cannot be used
├── Conflict        409  somebody has changed it meanwhile
├── Unavailable     503  too many do the same at once
├── Failed          500  the page itself failed
└── PlatformRefused      the platform refuses what was asked of it, with its own status
"""

from __future__ import annotations

from biot_emulator.errors import EmulatorError

__all__ = [
    "Conflict",
    "Failed",
    "Invalid",
    "Missing",
    "NotAllowed",
    "PageError",
    "PlatformRefused",
    "Refused",
    "Unavailable",
]


class PageError(EmulatorError):
    """A request cannot be done; the message is one sentence for people."""

    status_code: int = 400
    title: str = "This does not work"


class Refused(PageError):
    """The request does not come from the page itself."""

    status_code = 403
    title = "Refused"


class Missing(PageError):
    """There is no such page, or what it is about is gone."""

    status_code = 404
    title = "Not here"


class NotAllowed(PageError):
    """The page has another method."""

    status_code = 405


class Invalid(PageError):
    """A form has what cannot be used."""


class Conflict(PageError):
    """Somebody has changed it meanwhile."""

    status_code = 409


class Failed(PageError):
    """The page itself failed."""

    status_code = 500


class Unavailable(PageError):
    """Too many do the same at once."""

    status_code = 503


class PlatformRefused(PageError):
    """The platform refuses what was asked of it.

    Args:
        status_code: Its status.
        code: Its code; empty where it has none.
        message: Its sentence.
    """

    def __init__(self, status_code: int, code: str, message: str) -> None:
        super().__init__(f"The platform refuses it with {status_code}{f' {code}' if code else ''}: {message}")
        self.status_code = status_code
        self.code = code
