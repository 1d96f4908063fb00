"""What the APIs of devices refuse, with the codes and details that BioT publishes.

ApiError
├── 403 DeviceHasActiveSession, UpdatedDeviceHasActiveCommand, DeletedDeviceHasActiveCommand
└── 409 DeviceIsReferredTo, RegistrationCodeInUse
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "DeletedDeviceHasActiveCommand",
    "DeviceHasActiveSession",
    "DeviceIsReferredTo",
    "RegistrationCodeInUse",
    "UpdatedDeviceHasActiveCommand",
]


class DeviceHasActiveSession(ApiError):
    """The device is in a session, and must stay with its patient and organization meanwhile."""

    status_code = 403
    code = "UPDATE_DEVICE_HAS_AN_ACTIVE_SESSION"


class UpdatedDeviceHasActiveCommand(ApiError):
    """The device carries out a command, and must stay with its organization meanwhile."""

    status_code = 403
    code = "UPDATED_DEVICE_HAS_AN_ACTIVE_COMMAND"


class DeletedDeviceHasActiveCommand(ApiError):
    """The device carries out a command."""

    status_code = 403
    code = "DELETED_DEVICE_HAS_AN_ACTIVE_COMMAND"


class DeviceIsReferredTo(ApiError):
    """Entities of the device's organization refer to it."""

    status_code = 409
    code = "DEVICE_IS_REFERRED_BY_ENTITIES"


class RegistrationCodeInUse(ApiError):
    """Another device has been registered with this code."""

    status_code = 409
    code = "REGISTRATION_CODE_ALREADY_IN_USE"
