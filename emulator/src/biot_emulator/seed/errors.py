"""What is wrong with a file that fills a platform.

EmulatorError
└── SeedInvalid
"""

from __future__ import annotations

from biot_emulator.errors import EmulatorError

__all__ = ["SeedInvalid"]


class SeedInvalid(EmulatorError):
    """The file cannot be read or understood, or the platform refuses what is in it: nothing is filled."""
