"""The measurements that were saved, and their values by patient, attribute and time: every search uses an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable, damaged
from biot_emulator.wire_json import decode, encode

__all__ = ["Measurement", "Position", "Records", "Selection", "Value"]

Position = tuple[int, int]
"""Where a measurement is in the order of time: its time, and its number among all."""

_INSERT = "INSERT INTO measurements (patient, source, session, time, data) VALUES (?, ?, ?, ?, ?)"
_INSERT_VALUE = "INSERT INTO observations (patient, attribute, time, measurement, number) VALUES (?, ?, ?, ?, ?)"
_GREATEST_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """A message that was saved.

    Attributes:
        patient: The patient's id.
        source: The id of whoever sent it: a device, or a person.
        session: The session's id; empty where there is none.
        time: In microseconds.
        data: The values by attribute, as they were sent.
        number: Its number among all; 0 until it is saved.
    """

    patient: str
    source: str
    session: str
    time: int
    data: Mapping[str, Any]
    number: int = 0

    @property
    def position(self) -> Position:
        """Where it is in the order of time."""
        return self.time, self.number


@dataclass(frozen=True, slots=True)
class Value:
    """One value that was saved.

    Attributes:
        attribute: The attribute.
        source: The id of whoever sent it.
        session: The session's id; empty where there is none.
        time: In microseconds.
        value: The number, or the waveform as it was sent.
    """

    attribute: str
    source: str
    session: str
    time: int
    value: Any


@dataclass(frozen=True, slots=True)
class Selection:
    """Which measurements to return.

    Attributes:
        start: The first time, in microseconds.
        end: The last time.
        patient: The patient's id; None for all.
        source: The sender's id; None for all.
        session: The session's id; None for all.
        attributes: Those with one of these attributes; None for all.
    """

    start: int
    end: int
    patient: str | None = None
    source: str | None = None
    session: str | None = None
    attributes: tuple[str, ...] | None = None


class Records:
    """Saves measurements, and selects from them.

    Args:
        store: The state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, measurement: Measurement) -> None:
        """Save a measurement."""
        patient, time = measurement.patient, measurement.time
        row = (patient, measurement.source, measurement.session, time, encode(measurement.data).decode())
        with self._store.transaction():
            number = self._store.write(_INSERT, row)
            values = [(patient, name, time, number, _column(value)) for name, value in measurement.data.items()]
            self._store.write_each(_INSERT_VALUE, values)

    def newest(self, selection: Selection, most: int, before: Position | None = None) -> list[Measurement]:
        """Return measurements, the newest first.

        Args:
            selection: Which ones.
            most: How many at most.
            before: Only those that come after this one in that order.
        """
        conditions, values = _conditions("m", selection)
        if selection.attributes is not None:
            inner, inner_values = _conditions("o", Selection(selection.start, selection.end, selection.patient))
            names = _marks(selection.attributes)
            conditions.append(
                f"m.id IN (SELECT o.measurement FROM observations o WHERE o.attribute IN ({names})"  # noqa: S608
                f" AND {' AND '.join(inner)})"
            )
            values += [*selection.attributes, *inner_values]
        if before is not None:
            conditions.append("(m.time, m.id) < (?, ?)")
            values += before
        rows = self._store.select(
            "SELECT patient, source, session, time, data, id"  # noqa: S608
            f" FROM measurements m INDEXED BY {_index(selection)} WHERE {' AND '.join(conditions)}"
            " ORDER BY time DESC, id DESC LIMIT ?",
            [*values, most],
        )
        return [
            Measurement(patient, source, session, time, self._decode(number, data), number)
            for patient, source, session, time, data, number in rows
        ]

    def values(self, selection: Selection) -> list[Value]:
        """Return the values of a patient's attributes: by attribute, sender and session, the oldest first."""
        conditions, values = _value_conditions(selection)
        # Without this, SQLite guesses which of the two has fewer rows.
        narrow = selection.session is not None or selection.source is not None
        tables = "measurements m", "observations o"
        first, second = tables if narrow else tables[::-1]
        index = f" INDEXED BY {_index(selection)}" if narrow else ""
        rows = self._store.select(
            "SELECT o.attribute, m.source, m.session, o.time, o.number,"  # noqa: S608
            " CASE WHEN o.number IS NULL THEN m.data END, m.id"
            f" FROM {first}{index} CROSS JOIN {second}"
            " ON o.measurement = m.id AND o.patient = m.patient AND o.time = m.time"
            f" WHERE {' AND '.join(conditions)} ORDER BY o.attribute, m.source, m.session, o.time, m.id",
            values,
        )
        return [
            Value(attribute, source, session, time, value if data is None else self._waveform(number, data, attribute))
            for attribute, source, session, time, value, data, number in rows  # a waveform is in no column
        ]

    def binned_numbers(self, selection: Selection, interval: int) -> list[tuple[int, str, float]]:
        """Return the numbers of a patient's attributes with the intervals that they lie in: the last interval first.

        Args:
            selection: Which ones; those of all attributes where it names none.
            interval: The length of an interval, in microseconds; each begins at a multiple of it.

        Returns:
            The interval's number, the attribute and the value.
        """
        conditions, values = _value_conditions(selection)
        return [
            (row[0], row[1], row[2])
            for row in self._store.select(
                "SELECT o.time / ? AS bin, o.attribute, o.number FROM observations o"  # noqa: S608
                f" WHERE {' AND '.join(conditions)} AND o.number IS NOT NULL ORDER BY bin DESC, o.attribute, o.time",
                [interval, *values],
            )
        ]

    def _waveform(self, number: int, text: str, attribute: str) -> Any:
        value = self._decode(number, text).get(attribute)
        if not isinstance(value, dict):
            raise self._damaged(number)
        return value

    def _decode(self, number: int, text: str) -> dict[str, Any]:
        try:
            data = decode(text)
        except (TypeError, ValueError):
            data = None
        if not isinstance(data, dict):
            raise self._damaged(number)
        return data

    def _damaged(self, number: int) -> DataUnavailable:
        return damaged(self._store.folder, f"the measurement {number} cannot be read")


def _conditions(table: str, selection: Selection) -> tuple[list[str], list[Any]]:
    """Return the conditions on a table's own columns, and their values."""
    equal = {"patient": selection.patient, "source": selection.source, "session": selection.session}
    present = {column: value for column, value in equal.items() if value is not None}
    conditions = [f"{table}.time BETWEEN ? AND ?", *(f"{table}.{column} = ?" for column in present)]
    return conditions, [selection.start, selection.end, *present.values()]


def _value_conditions(selection: Selection) -> tuple[list[str], list[Any]]:
    conditions, values = _conditions("o", Selection(selection.start, selection.end, selection.patient))
    if selection.attributes is not None:
        conditions.append(f"o.attribute IN ({_marks(selection.attributes)})")
        values += selection.attributes
    if selection.session is not None or selection.source is not None:
        of_measurement, more = _conditions("m", selection)
        conditions, values = [*conditions, *of_measurement], [*values, *more]
    return conditions, values


def _index(selection: Selection) -> str:
    """Return the index that has the fewest measurements to look at."""
    named = (("session", selection.session), ("patient", selection.patient), ("source", selection.source))
    return f"measurements_by_{next((column for column, value in named if value is not None), 'time')}"


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _column(value: Any) -> float | None:
    """Return a value as the table has it: numbers alone, within what it can store."""
    if isinstance(value, dict):
        return None
    return value if isinstance(value, float) or abs(value) <= _GREATEST_INTEGER else float(value)
