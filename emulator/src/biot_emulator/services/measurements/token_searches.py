"""The searches of version 2, which are answered in pages by token: measurements as they were sent, and averages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.services.measurements.aggregation import aggregate
from biot_emulator.services.measurements.errors import (
    AttributesInMissing,
    BinIntervalEqMissing,
    BinIntervalIsNotANumber,
    BinIntervalIsNotPositive,
    MissingMandatoryFilter,
    PatientIdEqMissing,
    TimestampFromToMissing,
)
from biot_emulator.services.measurements.moments import MICROSECONDS, write_moment
from biot_emulator.services.measurements.observations import AttributeTypes
from biot_emulator.services.measurements.records import Measurement, Position, Records, Selection
from biot_emulator.services.measurements.searches import check_aggregatable, check_names
from biot_emulator.services.measurements.time_ranges import TimeRange, check_range
from biot_emulator.services.measurements.token_pages import PageRequest, parse_request

__all__ = ["search_aggregated_pages", "search_raw_pages"]

_PATIENT, _SOURCE, _SESSION = "_patient.id", "_sourceEntity.id", "_session.id"
_TIME, _ATTRIBUTES, _INTERVAL = "timestamp", "attributes", "binIntervalSeconds"
_RAW = {_PATIENT: ["eq"], _SOURCE: ["eq"], _SESSION: ["eq"], _TIME: ["from", "to"], _ATTRIBUTES: ["in"]}
_AGGREGATED = {_PATIENT: ["eq"], _TIME: ["from", "to"], _ATTRIBUTES: ["in"], _INTERVAL: ["eq"]}
#: As long as all the time that there can be measurements of.
_MAX_INTERVAL = 10**11

Document = dict[str, Any]
Cell = tuple[int, str, Document]
"""The average of one attribute in one interval: the interval's number, the attribute, the average and deviation."""


def search_raw_pages(call: Call, records: Records, now: datetime) -> Document:
    """Return a page of the measurements that a call asks for, the newest first. Raises ApiError if it is not valid."""
    request = parse_request(call, _RAW)
    _require(request, _TIME)
    start, end = _range(request, now)
    patient = _patient(request)
    source = _eq(request, _SOURCE, lambda: BadRequest(f"[{_SOURCE}] in [filter] must have [eq], a text"))
    attributes = _attributes(request)
    selection = Selection(start, end, patient, source, _session(request), attributes)
    # One more than the page has, which says whether there is another page.
    measurements = records.newest(selection, request.limit + 1, _position(request.after))
    page = measurements[: request.limit]
    last = page[-1].position if len(measurements) > request.limit else None
    return request.page([_raw(measurement, attributes) for measurement in page], last)


def search_aggregated_pages(call: Call, records: Records, types: AttributeTypes, now: datetime) -> Document:
    """Return a page of the averages that a call asks for, the last interval first. Raises ApiError if it is not valid.

    A page has as many averages as its limit says, and may so end in the middle of an interval.
    """
    request = parse_request(call, _AGGREGATED)
    for field in (_PATIENT, _TIME, _INTERVAL):
        _require(request, field)
    patient, (start, end), interval = _patient(request), _range(request, now), _interval(request) * MICROSECONDS
    attributes = _attributes(request)
    check_aggregatable(attributes or (), types)
    after = _after_cell(request.after)
    # What earlier pages had lies after the interval in which this page begins.
    end = end if after is None else min(end, (after[0] + 1) * interval - 1)
    selection = Selection(start, end, patient, attributes=attributes)
    cells = [*islice(_cells(records, selection, interval, after), request.limit + 1)]
    page = cells[: request.limit]
    last = page[-1][:2] if len(cells) > request.limit else None
    return request.page(_intervals(page, interval), last)


def _cells(records: Records, selection: Selection, interval: int, after: tuple[int, str] | None) -> Iterator[Cell]:
    numbers = records.binned_numbers(selection, interval)
    for (number, attribute), rows in groupby(numbers, lambda row: row[:2]):
        if after is None or number < after[0] or attribute > after[1]:
            yield number, attribute, aggregate([value for _, _, value in rows])


def _intervals(cells: list[Cell], interval: int) -> list[Document]:
    return [
        {
            "timestamp": {"from": write_moment(number * interval), "to": _end(number, interval)},
            "data": {attribute: average for _, attribute, average in of_interval},
        }
        for number, of_interval in groupby(cells, lambda cell: cell[0])
    ]


def _end(number: int, interval: int) -> str:
    try:
        return write_moment((number + 1) * interval)
    except OverflowError:
        return "9999-12-31T23:59:59.999999Z"


def _raw(measurement: Measurement, attributes: tuple[str, ...] | None) -> Document:
    data = measurement.data
    return {
        "timestamp": write_moment(measurement.time),
        "patientId": measurement.patient,
        "sessionId": measurement.session,
        "sourceEntityId": measurement.source,
        "data": {name: value for name, value in data.items() if attributes is None or name in attributes},
    }


def _require(request: PageRequest, field: str) -> None:
    if field not in request.filter:
        raise MissingMandatoryFilter(f"[{field}] must be in [filter]", filter=field)


def _range(request: PageRequest, now: datetime) -> TimeRange:
    conditions = request.filter[_TIME]
    if not {"from", "to"} <= conditions.keys():
        raise TimestampFromToMissing(f"[{_TIME}] in [filter] must have [from] and [to]")
    return check_range(conditions["from"], conditions["to"], now, _wrong_time)


def _wrong_time(_: str) -> ApiError:
    return BadRequest(f"[{_TIME}] in [filter] must have times such as 2026-01-31T12:00:00Z")


def _eq(request: PageRequest, field: str, missing: Callable[[], ApiError]) -> str | None:
    """Return the text that a field must equal; None where it is not filtered."""
    if field not in request.filter:
        return None
    value = request.filter[field].get("eq")
    if not isinstance(value, str) or not value:
        raise missing()
    return value


def _patient(request: PageRequest) -> str | None:
    id = _eq(
        request, _PATIENT, lambda: PatientIdEqMissing(f"[{_PATIENT}] in [filter] must have [eq], the patient's id")
    )
    return id and _canonical(id)


def _session(request: PageRequest) -> str | None:
    id = _eq(request, _SESSION, lambda: BadRequest(f"[{_SESSION}] in [filter] must have [eq], the session's id"))
    return id and _canonical(id)


def _canonical(id: str) -> str:
    """Return an id as it is stored; what is no UUID is nobody's id."""
    try:
        return str(UUID(id))
    except ValueError:
        return id


def _attributes(request: PageRequest) -> tuple[str, ...] | None:
    if _ATTRIBUTES not in request.filter:
        return None
    names = request.filter[_ATTRIBUTES].get("in")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise AttributesInMissing(f"[{_ATTRIBUTES}] in [filter] must have [in], a list of names")
    check_names(names)
    return tuple(dict.fromkeys(names))


def _interval(request: PageRequest) -> int:
    value = request.filter[_INTERVAL].get("eq")
    if value is None:
        raise BinIntervalEqMissing(f"[{_INTERVAL}] in [filter] must have [eq], a number of seconds")
    seconds = _whole_number(value)
    if seconds is None:
        raise BinIntervalIsNotANumber(f"[{_INTERVAL}] in [filter] must be a whole number of seconds")
    if seconds <= 0:
        raise BinIntervalIsNotPositive(f"[{_INTERVAL}] in [filter] must be positive")
    return seconds


def _whole_number(value: Any) -> int | None:
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    digits = text.removeprefix("-")
    if isinstance(value, bool) or not digits.isascii() or not digits.isdigit() or len(digits) > len(str(_MAX_INTERVAL)):
        return None
    return min(int(text), _MAX_INTERVAL)


def _position(after: Any) -> Position | None:
    match after:
        case None:
            return None
        case [int(time), int(number)] if _is_storable(time) and _is_storable(number):
            return time, number
    raise _not_a_token()


def _after_cell(after: Any) -> tuple[int, str] | None:
    match after:
        case None:
            return None
        case [int(number), str(attribute)] if _is_storable(number):
            return number, attribute
    raise _not_a_token()


def _is_storable(number: int) -> bool:
    return -(2**62) < number < 2**62


def _not_a_token() -> BadRequest:
    return BadRequest("[nextToken] must be that of the page before")
