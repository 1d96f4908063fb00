"""What the emulator itself can fail at; what a plugin does wrong is an `InvocationError` instead.

EmulatorError
├── SandboxUnavailable    the plugin's process cannot be started
│   └── ClientUnavailable   awslambdaric cannot be had for the plugin's interpreter
└── InvalidEvent          an event cannot be sent as it is
"""

from __future__ import annotations

__all__ = ["ClientUnavailable", "EmulatorError", "InvalidEvent", "SandboxUnavailable"]


class EmulatorError(Exception):
    """The emulator cannot do what was asked; the message says what to do about it."""


class SandboxUnavailable(EmulatorError):
    """The plugin's process cannot be started."""


class ClientUnavailable(SandboxUnavailable):
    """`awslambdaric` cannot be had for the plugin's interpreter."""


class InvalidEvent(EmulatorError):
    """An event cannot be sent as it is."""
