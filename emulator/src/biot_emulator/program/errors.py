"""What is wrong with a command line."""

from __future__ import annotations

from biot_emulator.errors import EmulatorError

__all__ = ["UsageError"]


class UsageError(EmulatorError):
    """The command line is wrong."""
