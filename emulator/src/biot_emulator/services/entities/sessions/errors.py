"""What the APIs of usage sessions refuse, with the codes and details that BioT publishes.

ApiError
├── 400 SessionMissingPatient, StopDataMissing, StopDataUnexpected, EndTimeInvalid, TimeInFuture, StartAfterEnd
├── 403 SessionInitiatorMismatch
└── 409 SessionOfAnotherDevice, SessionStateChangeInvalid, SessionNotDone, DeviceInSessionWithAnotherPatient,
        DeviceInSessionWithUsageType
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "DeviceInSessionWithAnotherPatient",
    "DeviceInSessionWithUsageType",
    "EndTimeInvalid",
    "SessionInitiatorMismatch",
    "SessionMissingPatient",
    "SessionNotDone",
    "SessionOfAnotherDevice",
    "SessionStateChangeInvalid",
    "StartAfterEnd",
    "StopDataMissing",
    "StopDataUnexpected",
    "TimeInFuture",
]


class SessionMissingPatient(ApiError):
    """Neither the request nor the device says whose session it is."""

    status_code = 400
    code = "SESSION_MISSING_PATIENT_ID"


class StopDataMissing(ApiError):
    """A session that is done does not say why."""

    status_code = 400
    code = "STOP_DATA_NULL_FOR_DONE_SESSION"


class StopDataUnexpected(ApiError):
    """A session that is not done says why it was stopped."""

    status_code = 400
    code = "STOP_DATA_NOT_NULL_FOR_NON_DONE_SESSION"


class EndTimeInvalid(ApiError):
    """A session that is done has no end, or one that is not done has an end."""

    status_code = 400
    code = "END_TIME_VALUE_INVALID_FOR_SESSION_STATE"


class TimeInFuture(ApiError):
    """A session starts or ends later than now."""

    status_code = 400
    code = "TIME_IN_FUTURE"


class StartAfterEnd(ApiError):
    """A session ends before it starts."""

    status_code = 400
    code = "START_TIME_AFTER_END_TIME"


class SessionInitiatorMismatch(ApiError):
    """A session that is controlled remotely is changed directly, or the other way round."""

    status_code = 403
    code = "SESSION_INITIATOR_MISMATCH"


class SessionOfAnotherDevice(ApiError):
    """The session is not one of the device in the path."""

    status_code = 409
    code = "SESSION_WRONG_DEVICE_ID"


class SessionStateChangeInvalid(ApiError):
    """From the state that a session has, it cannot get into the other one."""

    status_code = 409
    code = "SESSION_STATE_CHANGE_INVALID"


class SessionNotDone(ApiError):
    """Only a session that is done can be deleted."""

    status_code = 409
    code = "CANNOT_DELETE_NON_DONE_SESSION"


class DeviceInSessionWithAnotherPatient(ApiError):
    """The device is in a session of another patient."""

    status_code = 409
    code = "DEVICE_IN_SESSION_WITH_ANOTHER_PATIENT"


class DeviceInSessionWithUsageType(ApiError):
    """The device is in a session with the same usage type."""

    status_code = 409
    code = "DEVICE_IN_SESSION_WITH_USAGE_TYPE"
