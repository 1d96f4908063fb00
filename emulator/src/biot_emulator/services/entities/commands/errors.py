"""What the APIs of commands refuse, with the codes and details that BioT publishes.

ApiError
└── 409 CommandOfAnotherDevice, CommandStateChangeInvalid, CommandStateDeleteInvalid, DeviceInCommandWithSameTemplate
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "CommandOfAnotherDevice",
    "CommandStateChangeInvalid",
    "CommandStateDeleteInvalid",
    "DeviceInCommandWithSameTemplate",
]


class CommandOfAnotherDevice(ApiError):
    """The command is not one of the device in the path."""

    status_code = 409
    code = "COMMAND_WRONG_DEVICE_ID"


class CommandStateChangeInvalid(ApiError):
    """From the state that a command has, it cannot get into the other one."""

    status_code = 409
    code = "COMMAND_STATE_CHANGE_INVALID"


class CommandStateDeleteInvalid(ApiError):
    """A command that is not over cannot be deleted."""

    status_code = 409
    code = "COMMAND_STATE_DELETE_INVALID"


class DeviceInCommandWithSameTemplate(ApiError):
    """The device carries out a command of this template already."""

    status_code = 409
    code = "DEVICE_IN_COMMAND_WITH_SAME_TEMPLATE"
