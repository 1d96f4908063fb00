"""What must be true of a usage session: its times, why it was stopped, and what else its device does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from biot_emulator.services.entities.requests import moment_of
from biot_emulator.services.entities.sessions.errors import (
    DeviceInSessionWithAnotherPatient,
    DeviceInSessionWithUsageType,
    EndTimeInvalid,
    StartAfterEnd,
    StopDataMissing,
    StopDataUnexpected,
    TimeInFuture,
)
from biot_emulator.services.entities.sessions.states import DONE
from biot_emulator.state.timestamps import timestamp

__all__ = ["check_device_is_free", "check_session"]

_STOP_DATA = ("_stopReason", "_stopReasonCode")

Session = Mapping[str, Any]


def check_session(session: Session, now: datetime) -> None:
    """Check that a session's times and the reason of its end fit its state.

    Args:
        session: The session.
        now: The platform's time.

    Raises:
        ApiError: They do not.
    """
    state, end = session["_state"], session.get("_endTime")
    if (end is not None) != (state == DONE):
        problem = "must have an [_endTime]" if state == DONE else "cannot have an [_endTime]"
        raise EndTimeInvalid(f"A session that is {state} {problem}", value=end, state=state)
    _check_stop_data(session)
    _check_times(moment_of(session["_startTime"]), moment_of(end), now)


def _check_stop_data(session: Session) -> None:
    state, summary = session["_state"], session.get("_summary") or {}
    if state == DONE:
        if summary.get("_stopReasonCode") is None:
            raise StopDataMissing("A session that is DONE must have a [_summary._stopReasonCode]")
        return
    for name in _STOP_DATA:
        if (value := summary.get(name)) is not None:
            message = f"A session that is {state} cannot have a [_summary.{name}]"
            raise StopDataUnexpected(message, attributeName=f"_summary.{name}", value=value, state=state)


def _check_times(start: datetime | None, end: datetime | None, now: datetime) -> None:
    for name, at in (("_startTime", start), ("_endTime", end)):
        if at is not None and at > now:
            message = f"The attribute [{name}] is in the future"
            raise TimeInFuture(message, time=timestamp(at), currentTime=timestamp(now))
    if start is not None and end is not None and start > end:
        message = "The attribute [_startTime] is after [_endTime]"
        raise StartAfterEnd(message, startTime=timestamp(start), endTime=timestamp(end))


def check_device_is_free(session: Session, others: Iterable[Session]) -> None:
    """Check that a device can be in a session beside those that it is in.

    Args:
        session: The session.
        others: The device's sessions.

    Raises:
        DeviceInSessionWithAnotherPatient: It is in a session of another patient.
        DeviceInSessionWithUsageType: It is in a session of the same usage type.
    """
    device = session["_device"]["id"]
    for other in others:
        if DONE in (session["_state"], other["_state"]) or other["_id"] == session["_id"]:
            continue
        if (other.get("_patient") or {}).get("id") != session["_patient"]["id"]:
            message = f"The device [{device}] is in a session of another patient: end that first"
            raise DeviceInSessionWithAnotherPatient(message, deviceId=device)
        if other["_template"]["id"] == session["_template"]["id"]:
            message = f"The device [{device}] is in a session of this usage type: end that first"
            raise DeviceInSessionWithUsageType(message, deviceId=device, usageTypeId=session["_template"]["id"])
