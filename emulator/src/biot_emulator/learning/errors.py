"""What can end a run.

EmulatorError
├── AddressRefused      the address is none that a password may be sent to
├── ConnectionLost      the platform did not respond
├── RunStopped          somebody asked the program to end
├── NotConfirmed        nobody can be asked whether to go on
├── NotSafe             going on could touch what others do
├── CannotObserve       the person may not do what it takes, or the platform refuses it
└── LeftBehind          not everything could be removed
"""

from __future__ import annotations

from biot_emulator.errors import EmulatorError

__all__ = [
    "UNEXPECTED",
    "AddressRefused",
    "CannotObserve",
    "ConnectionLost",
    "LeftBehind",
    "NotConfirmed",
    "NotSafe",
    "RunStopped",
]

UNEXPECTED = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What comes of a response of another shape than the published one."""


class AddressRefused(EmulatorError):
    """The address is none that a password may be sent to."""


class ConnectionLost(EmulatorError):
    """The platform did not respond: whether it did what it was asked is not known."""


class RunStopped(EmulatorError):
    """Somebody asked the program to end."""


class NotConfirmed(EmulatorError):
    """Nobody can be asked whether to go on."""


class NotSafe(EmulatorError):
    """Going on could touch what others do."""


class CannotObserve(EmulatorError):
    """The person may not do what it takes, or the platform refuses it.

    Args:
        message: Why, perhaps in the platform's words, of which nothing can control a terminal.
    """

    def __init__(self, message: str) -> None:
        super().__init__("".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in message))


class LeftBehind(EmulatorError):
    """Not everything that was made could be removed."""
