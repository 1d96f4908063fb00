"""Saves messages: checks each value, and finds out whom it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.measurements.errors import MeasurementRefused, SomeMeasurementsFailed, WriteRecordsFailed
from biot_emulator.services.measurements.messages import FindEntity, Message, Origin, find_origin
from biot_emulator.services.measurements.observations import AttributeTypes, DataType, check_value
from biot_emulator.services.measurements.records import Measurement, Records
from biot_emulator.state.store import Store

__all__ = ["Failure", "Saved", "Saving"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message, or a value of it, was not saved.

    Attributes:
        attribute: The attribute; `metadata` where it is the whole message.
        error: The reason.
        is_whole: Whether nothing of the message was saved.
    """

    attribute: str
    error: MeasurementRefused
    is_whole: bool = True

    @property
    def document(self) -> dict[str, Any]:
        """The failure, as the response to a bulk has it."""
        return {
            "attributeName": self.attribute,
            "code": self.error.code,
            "description": self.error.message,
            "entireMessageFailure": "ENTIRE_MESSAGE_FAILURE" if self.is_whole else "PARTIAL_MESSAGE_FAILURE",
        }


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved of a message.

    Attributes:
        message: The message, with the values that were saved.
        origin: What it belongs to.
    """

    message: Message
    origin: Origin


Outcome = tuple[Saved | None, Sequence[Failure]]
"""What was saved of a message, and what was not."""


class Saving:
    """Saves messages, in transactions.

    Args:
        store: The state.
        entities: What messages can belong to.
        types: The types of attributes.
        records: The measurements.
    """

    def __init__(self, store: Store, entities: Entities, types: AttributeTypes, records: Records) -> None:
        self.types = types
        self._store = store
        self._entities = entities
        self._records = records

    def save(self, message: Message, caller_id: str) -> Saved:
        """Save a message with all its values.

        Args:
            message: The message.
            caller_id: Who sends it, where no device does.

        Raises:
            MeasurementRefused: Nothing is saved.
        """
        with self._store.transaction():
            origin = find_origin(message, self._entities.find)
            types, failures = _check(message, self.types.find_all(message.data))
            if failures:
                raise _summarized(failures)
            self.types.declare(types)
            return self._add(message, origin, caller_id)

    def save_each(self, messages: Sequence[Message], caller_id: str) -> list[Outcome]:
        """Save the valid values of each message."""
        with self._store.transaction():
            # Thousands of messages are about the same few patients, sessions and attributes.
            find: FindEntity = cache(self._entities.find)
            known: dict[str, DataType | None] = dict(self.types.all())
            return [self._save_valid(message, caller_id, find, known) for message in messages]

    def _save_valid(
        self, message: Message, caller_id: str, find: FindEntity, known: dict[str, DataType | None]
    ) -> Outcome:
        try:
            origin = find_origin(message, find)
        except WriteRecordsFailed as error:
            return None, [Failure("metadata", error)]
        types, failures = _check(message, known)
        if failures and not types:
            return None, failures
        self.types.declare({name: kind for name, kind in types.items() if known.get(name) is None})
        known.update(types)
        valid = replace(message, data={name: message.data[name] for name in types})
        saved = self._add(valid, origin, caller_id)
        return saved, [replace(failure, is_whole=False) for failure in failures]

    def _add(self, message: Message, origin: Origin, caller_id: str) -> Saved:
        source, patient = origin.device or caller_id, str(origin.patient["_id"])
        self._records.add(Measurement(patient, source, origin.session, message.time or 0, message.data))
        return Saved(message, origin)


def _check(message: Message, known: Mapping[str, DataType | None]) -> tuple[dict[str, DataType], list[Failure]]:
    """Return the types of the valid values by attribute, and what is wrong with the others."""
    types: dict[str, DataType] = {}
    failures: list[Failure] = []
    for name, value in message.data.items():
        checked = _checked_type(name, value, known.get(name))
        if isinstance(checked, MeasurementRefused):
            failures.append(Failure(name, checked))
        else:
            types[name] = checked
    return types, failures


def _checked_type(name: str, value: Any, expected: DataType | None) -> DataType | MeasurementRefused:
    try:
        return check_value(name, value, expected)
    except MeasurementRefused as error:
        return error


def _summarized(failures: Sequence[Failure]) -> MeasurementRefused:
    """Return the error of one value, or one that says what is wrong with each of several."""
    if len(failures) == 1:
        return failures[0].error
    messages = [failure.error.message for failure in failures]
    return SomeMeasurementsFailed(f"{len(failures)} values cannot be saved", validationExceptionMessages=messages)
