"""The searches of version 1: one patient's values in a range of time, by attribute, sender and session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.services.measurements.aggregation import aggregate
from biot_emulator.services.measurements.errors import (
    AttributeIsNotAggregatable,
    AttributeIsNotAllowed,
    AttributeNotFound,
    InvalidBinInterval,
)
from biot_emulator.services.measurements.moments import MICROSECONDS, write_moment
from biot_emulator.services.measurements.observations import AttributeTypes, decode_waveform, is_name
from biot_emulator.services.measurements.records import Records, Selection, Value
from biot_emulator.services.measurements.time_ranges import check_length, check_range

__all__ = ["check_aggregatable", "check_names", "search_aggregated", "search_raw"]

_INTERVALS = (1, 3, 6, 15, 30, 60, 120, 300, 1800, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 31536000)

Document = dict[str, Any]


def search_raw(call: Call, records: Records, now: datetime) -> Document:
    """Return the values that a call asks for. Raises ApiError where it is not valid."""
    selection = _selection(call, now)
    own = [name for name in selection.attributes or () if name.startswith("_")]
    if own:
        raise AttributeIsNotAllowed("Attributes of the platform's own are not measured", attributes=own)
    check_names(selection.attributes or ())
    check_length((selection.start, selection.end))
    return _grouped(records.values(selection), lambda values: [_raw(value) for value in values])


def search_aggregated(call: Call, records: Records, types: AttributeTypes, now: datetime) -> Document:
    """Return the averages that a call asks for. Raises ApiError where it is not valid."""
    interval = _interval(call)
    selection = _selection(call, now)
    check_names(selection.attributes or ())
    check_aggregatable(selection.attributes or (), types)
    return _grouped(records.values(selection), lambda values: _aggregated(values, interval * MICROSECONDS))


def check_names(names: Iterable[str]) -> None:
    """Check that attributes can have these names. Raises AttributeNotFound."""
    unknown = [name for name in names if not is_name(name)]
    if unknown:
        raise AttributeNotFound("There are no such attributes that can be measured", attributeNames=unknown)


def check_aggregatable(names: Iterable[str], types: AttributeTypes) -> None:
    """Check that attributes have single numbers. Raises AttributeIsNotAggregatable."""
    aggregatable = {name: data_type != "WAVEFORM" for name, data_type in types.find_all(names).items()}
    if not all(aggregatable.values()):
        raise AttributeIsNotAggregatable("Waveforms have no averages", attributesAggregatable=aggregatable)


def _selection(call: Call, now: datetime) -> Selection:
    attributes = tuple(dict.fromkeys(name for text in call.query.get("attributes", ()) for name in text.split(",")))
    if not any(attributes):
        raise BadRequest("The parameter [attributes] must have at least one name")
    patient = _parameter_uuid(call, "patientId")
    if patient is None:
        raise BadRequest("The parameter [patientId] is mandatory")
    start, end = check_range(_parameter(call, "startTime"), _parameter(call, "endTime"), now, _wrong_time)
    source, session = _parameter(call, "sourceEntityId"), _parameter_uuid(call, "sessionId")
    return Selection(start, end, patient, source, session, attributes)


def _wrong_time(which: str) -> Exception:
    return BadRequest(f"The parameter [{which}Time] must be a time such as 2026-01-31T12:00:00Z")


def _interval(call: Call) -> int:
    text = _parameter(call, "binIntervalSeconds")
    if text is None or text not in map(str, _INTERVALS):
        message = f"The parameter [binIntervalSeconds] must be one of {', '.join(map(str, _INTERVALS))}"
        raise InvalidBinInterval(message, binIntervalSeconds=text)
    return int(text)


def _parameter(call: Call, name: str) -> str | None:
    """Return a parameter's value; None where it is missing or empty."""
    return next(iter(call.query.get(name, ())), None) or None


def _parameter_uuid(call: Call, name: str) -> str | None:
    text = _parameter(call, name)
    try:
        return text and str(UUID(text))
    except ValueError:
        raise BadRequest(f"The parameter [{name}] must be a UUID") from None


def _grouped(values: Iterable[Value], write: Callable[[Sequence[Value]], list[Document]]) -> Document:
    """Return values that are in the order of the groups as the API nests them."""
    attributes = [
        {"attributeName": name, "sources": _sources(of_attribute, write)}
        for name, of_attribute in groupby(values, attrgetter("attribute"))
    ]
    return {"attributes": attributes}


def _sources(values: Iterable[Value], write: Callable[[Sequence[Value]], list[Document]]) -> list[Document]:
    return [
        {
            "sourceEntityId": source,
            "measurementSessions": [
                {"sessionId": session, "measurements": write([*of_session])}
                for session, of_session in groupby(of_source, attrgetter("session"))
            ],
        }
        for source, of_source in groupby(values, attrgetter("source"))
    ]


def _raw(value: Value) -> Document:
    document: Document = {"timestamp": write_moment(value.time)}
    if not isinstance(value.value, dict):
        return {**document, "data": [value.value]}
    waveform = decode_waveform(value.attribute, value.value)
    samples = {"frequency": waveform.frequency, "numberOfSample": len(waveform.values)}
    return {**document, **samples, "data": list(waveform.values)}


def _aggregated(values: Sequence[Value], interval: int) -> list[Document]:
    return [
        {"timestamp": write_moment(number * interval), **aggregate([value.value for value in of_interval])}
        for number, of_interval in groupby(values, lambda value: value.time // interval)
    ]
