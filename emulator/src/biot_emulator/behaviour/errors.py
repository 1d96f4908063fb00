"""What can be wrong with the behaviour of a platform.

EmulatorError
└── BehaviourInvalid
"""

from __future__ import annotations

from biot_emulator.errors import EmulatorError

__all__ = ["BehaviourInvalid"]


class BehaviourInvalid(EmulatorError):
    """A description of how the platform behaves cannot be read, or is of no platform."""
