"""The messages in which measurements are sent: read from a request, and completed with what they belong to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Call
from biot_emulator.services.measurements.errors import MessageTooLarge, WriteRecordsFailed
from biot_emulator.services.measurements.moments import parse_moment, write_moment

__all__ = ["FindEntity", "Message", "Origin", "check_size", "find_origin", "parse_message"]

FindEntity = Callable[[str, str], dict[str, Any] | None]
"""Returns an entity by its type's name and its id; None where there is none."""

_MEGABYTE = 1024 * 1024
_MAX_MEGABYTES = 5
_IDS = ("patientId", "sessionId")


@dataclass(frozen=True, slots=True)
class Message:
    """What was measured at one time.

    Attributes:
        metadata: `timestamp`, `deviceId`, `patientId` and `sessionId`, of which all but the first may be missing; empty
            where the message has none at all.
        data: The values by attribute.
        time: When, in microseconds; None where the message does not say.
    """

    metadata: Mapping[str, Any]
    data: Mapping[str, Any]
    time: int | None

    @property
    def document(self) -> dict[str, Any]:
        """The message, as it was sent, without nulls."""
        return {**({"metadata": self.metadata} if self.metadata else {}), "data": self.data}


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom a message is about, and who sent it.

    Attributes:
        patient: The patient.
        session: The session's id; empty where it was measured in none.
        device: The device's id; None where no device sent it.
    """

    patient: Mapping[str, Any]
    session: str
    device: str | None

    @property
    def template(self) -> str:
        """The name of the patient's template."""
        return str(self.patient["_template"]["name"])

    def complete(self, message: Message) -> dict[str, Any]:
        """Return a message with all that it belongs to, as notifications have it."""
        ids = {"patientId": self.patient["_id"], "deviceId": self.device, "sessionId": self.session or None}
        present = {name: id for name, id in ids.items() if id is not None}
        return {"metadata": {**message.metadata, **present}, "data": message.data}


def check_size(call: Call) -> None:
    """Check how much a request has.

    Raises:
        MessageTooLarge: It is too much.
    """
    size = math.ceil(len(call.content) / _MEGABYTE * 100) / 100
    if len(call.content) > _MAX_MEGABYTES * _MEGABYTE:
        message = f"The measurements have {size} MB: send at most {_MAX_MEGABYTES} MB at once"
        raise MessageTooLarge(message, measurementMessageSizeInMB=size, measurementMessageMaxSizeInMB=_MAX_MEGABYTES)


def parse_message(body: dict[str, Any], within: str = "") -> Message:
    """Parse a message.

    Args:
        body: The message.
        within: The name of the field that has it, followed by a dot.

    Raises:
        BadRequest: It has another form.
    """
    fields = Fields(body, within=within)
    fields.inner("metadata")
    fields.inner("data")
    # The platform's own clients send null for each example of its description.
    metadata, data = (_without_nulls(body.get(name) or {}) for name in ("metadata", "data"))
    if body.get("metadata") is None:
        return Message({}, data, None)
    within = f"{within}metadata."
    inner = Fields(metadata, within=within)
    time = parse_moment(inner.text("timestamp"))
    if time is None:
        raise inner.wrong("timestamp", "must be a time such as 2026-01-31T12:00:00Z")
    inner.optional_text("deviceId")
    # Compared by their canonical form, whatever the case of the digits is.
    ids = {name: inner.uuid(name) for name in inner.present(*_IDS)}
    return Message({**metadata, **ids}, data, time)


def find_origin(message: Message, find: FindEntity) -> Origin:
    """Return what a message belongs to: what it names, and what follows from its session or its device.

    Raises:
        WriteRecordsFailed: It names what there is not, or what does not belong together, or nobody.
    """
    metadata = message.metadata
    if message.time is None or message.time < 0:
        raise WriteRecordsFailed(f"A measurement needs a [metadata.timestamp] of {write_moment(0)} or later")
    session = _named(find, "usage-session", metadata.get("sessionId"), "sessionId")
    device_id = _agreed("deviceId", metadata.get("deviceId"), _reference(session, "_device"))
    device = _named(find, "device", device_id, "deviceId")
    patient_id = _agreed("patientId", metadata.get("patientId"), _reference(session, "_patient"))
    patient_id = patient_id or _reference(device, "_patient")
    patient = _named(find, "patient", patient_id, "patientId")
    if patient is None:
        raise WriteRecordsFailed("The measurement belongs to no patient: send [metadata.patientId]")
    return Origin(patient, session["_id"] if session else "", device_id)


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _named(find: FindEntity, type_name: str, id: str | None, field: str) -> dict[str, Any] | None:
    entity = None if id is None else find(type_name, id)
    if id is not None and entity is None:
        raise WriteRecordsFailed(f"[metadata.{field}] is not the id of a {type_name}: create it first")
    return entity


def _reference(entity: Mapping[str, Any] | None, attribute: str) -> str | None:
    value = entity.get(attribute) if entity else None
    return value.get("id") if isinstance(value, dict) else None


def _agreed(field: str, named: str | None, of_session: str | None) -> str | None:
    if named is not None and of_session is not None and named != of_session:
        raise WriteRecordsFailed(f"[metadata.{field}] is another one than that of the session")
    return named or of_session
