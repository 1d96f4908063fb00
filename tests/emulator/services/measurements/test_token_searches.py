"""Searches of version 2: pages compared with a look at every measurement, and what is refused with which code."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from biot_emulator.api.call import Call
from biot_emulator.services.measurements.moments import write_moment
from biot_emulator.services.measurements.observations import AttributeTypes
from biot_emulator.services.measurements.records import Measurement
from biot_emulator.services.measurements.token_searches import search_aggregated_pages, search_raw_pages
from biot_emulator.testing import Emulator
from tests.emulator.services.measurements.helpers import (
    at,
    message,
    patient,
    refused,
    saved,
    searched_in_pages,
    waveform,
)
from tests.emulator.services.measurements.recorded import (
    ATTRIBUTES,
    NOW,
    PATIENTS,
    SECOND,
    SESSIONS,
    SOURCES,
    filled,
    measurements,
    naive,
)

Search = Callable[[Call], dict[str, Any]]

names = st.none() | st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=3, unique=True)
limits = st.integers(1, 6)
starts = st.integers(0, 9)
seconds = st.integers(1, 11)


def times(start: int, length: int) -> dict[str, str]:
    return {"from": write_moment(start * SECOND), "to": write_moment((start + length) * SECOND)}


def pages(search: Search, filter: dict[str, Any], limit: int) -> Iterator[list[dict[str, Any]]]:
    """Follow the tokens from the first page to the last."""
    token: str | None = None
    while token != "":
        request = {"filter": filter, "limitPerPage": limit, "nextToken": token}
        answered = search(Call("GET", "/", {"searchRequest": [json.dumps(request)]}))
        assert answered["metadata"]["filter"] == filter
        assert answered["metadata"]["limitPerPage"] == limit
        token = answered["metadata"]["nextToken"]
        yield answered["data"]


@settings(max_examples=80, deadline=None)
@given(
    measurements,
    starts,
    seconds,
    st.none() | st.sampled_from(PATIENTS),
    st.none() | st.sampled_from(SOURCES),
    st.none() | st.sampled_from(SESSIONS[1:]),
    names,
    limits,
)
def test_pages_of_measurements_have_each_one_once_the_newest_first(
    items: list[Measurement],
    start: int,
    length: int,
    patient: str | None,
    source: str | None,
    session: str | None,
    attributes: list[str] | None,
    limit: int,
) -> None:
    equal = {"_patient.id": patient, "_sourceEntity.id": source, "_session.id": session}
    filter: dict[str, Any] = {field: {"eq": value} for field, value in equal.items() if value}
    filter["timestamp"] = times(start, length)
    if attributes:
        filter["attributes"] = {"in": attributes}
    store, records = filled(items)
    with closing(store):
        now = datetime.fromisoformat(NOW)
        answered = [*pages(lambda call: search_raw_pages(call, records, now), filter, limit)]
    expected = [
        item
        for item in sorted(items, key=lambda item: item.time)
        if start * SECOND <= item.time <= (start + length) * SECOND
        and patient in (None, item.patient)
        and source in (None, item.source)
        and session in (None, item.session)
        and (attributes is None or set(attributes) & set(item.data))
    ][::-1]
    assert all(len(page) == limit for page in answered[:-1])
    assert [item for page in answered for item in page] == [
        {
            "timestamp": write_moment(item.time),
            "patientId": item.patient,
            "sessionId": item.session,
            "sourceEntityId": item.source,
            "data": {name: value for name, value in item.data.items() if attributes is None or name in attributes},
        }
        for item in expected
    ]


@settings(max_examples=80, deadline=None)
@given(measurements, starts, seconds, names, st.sampled_from([1, "3", 5]), limits)
def test_pages_of_averages_have_each_one_once(
    items: list[Measurement], start: int, length: int, attributes: list[str] | None, interval: Any, limit: int
) -> None:
    filter: dict[str, Any] = {
        "_patient.id": {"eq": PATIENTS[0]},
        "timestamp": times(start, length),
        "binIntervalSeconds": {"eq": interval},
        **({"attributes": {"in": attributes}} if attributes else {}),
    }
    store, records = filled(items)
    with closing(store):
        now, types = datetime.fromisoformat(NOW), AttributeTypes(store)
        answered = [*pages(lambda call: search_aggregated_pages(call, records, types, now), filter, limit)]

    def holds(item: Measurement) -> bool:
        return item.patient == PATIENTS[0] and start * SECOND <= item.time <= (start + length) * SECOND

    bin_size = int(interval) * SECOND
    cells: dict[tuple[int, str], list[float]] = {}
    for row in naive(items, holds, attributes or ATTRIBUTES):
        cells.setdefault((row.time // bin_size, row.attribute), []).append(row.value)
    order = sorted(cells, key=lambda cell: (-cell[0], cell[1]))
    averages = [
        ((item["timestamp"]["from"], name), average)
        for page in answered
        for item in page
        for name, average in item["data"].items()
    ]
    assert [cell for cell, _ in averages] == [(write_moment(number * bin_size), name) for number, name in order]
    for (_, average), cell in zip(averages, order, strict=True):
        assert average["average"] == pytest.approx(statistics.fmean(cells[cell]))
    for page in answered[:-1]:
        assert sum(len(item["data"]) for item in page) == limit


def test_an_interval_says_from_when_to_when(emulator: Emulator) -> None:
    id = patient(emulator)
    saved(emulator, message(61, {"pulse": 60}, patientId=id), message(62, {"pulse": 64}, patientId=id))
    reply = searched_in_pages(emulator, "aggregated", {**AVERAGES, "_patient.id": {"eq": id}})
    [item] = reply.body["data"]
    assert item["timestamp"] == {"from": at(60), "to": at(120)}
    assert item["data"] == {"pulse": {"average": 62.0, "standardDeviation": pytest.approx(8**0.5)}}


def test_a_waveform_comes_back_as_it_was_sent_and_has_no_average(emulator: Emulator) -> None:
    id, wave = patient(emulator), waveform(1.5, 2.5)
    saved(emulator, message(61, {"ecg": wave}, patientId=id))
    filter = {**AVERAGES, "_patient.id": {"eq": id}}
    assert searched_in_pages(emulator, "raw", RAW).body["data"][0]["data"] == {"ecg": wave}
    assert searched_in_pages(emulator, "aggregated", filter).body["data"] == []
    reply = searched_in_pages(emulator, "aggregated", {**filter, "attributes": {"in": ["ecg"]}})
    assert refused(reply) == (400, "ATTRIBUTE_IS_NOT_AGGREGATABLE")


ANYBODY = "00000000-0000-4000-8000-00000000abcd"
DAY = {"from": at(0), "to": at(86399)}
RAW: dict[str, Any] = {"timestamp": DAY}
AVERAGES: dict[str, Any] = {"timestamp": DAY, "_patient.id": {"eq": ANYBODY}, "binIntervalSeconds": {"eq": 60}}


@pytest.mark.parametrize(
    ("form", "change", "code"),
    [
        ("raw", {"timestamp": ...}, "MISSING_MANDATORY_FILTER"),
        ("raw", {"_patient.id": {}}, "PATIENT_ID_EQ_MISSING"),
        ("raw", {"_patient.id": {"eq": 7}}, "PATIENT_ID_EQ_MISSING"),
        ("raw", {"_session.id": {}}, "BAD_REQUEST"),
        ("raw", {"_sourceEntity.id": {"eq": None}}, "BAD_REQUEST"),
        ("raw", {"binIntervalSeconds": {"eq": 60}}, "BAD_REQUEST"),
        ("aggregated", {"timestamp": ...}, "MISSING_MANDATORY_FILTER"),
        ("aggregated", {"_patient.id": ...}, "MISSING_MANDATORY_FILTER"),
        ("aggregated", {"binIntervalSeconds": ...}, "MISSING_MANDATORY_FILTER"),
        ("aggregated", {"_patient.id": {"eq": ""}}, "PATIENT_ID_EQ_MISSING"),
        ("aggregated", {"_session.id": {"eq": ANYBODY}}, "BAD_REQUEST"),
        ("aggregated", {"binIntervalSeconds": {}}, "BIN_INTERVAL_SECONDS_EQ_MISSING"),
        ("aggregated", {"binIntervalSeconds": {"eq": "minute"}}, "BIN_INTERVAL_SECONDS_IS_NOT_A_NUMBER"),
        ("aggregated", {"binIntervalSeconds": {"eq": 1.5}}, "BIN_INTERVAL_SECONDS_IS_NOT_A_NUMBER"),
        ("aggregated", {"binIntervalSeconds": {"eq": True}}, "BIN_INTERVAL_SECONDS_IS_NOT_A_NUMBER"),
        ("aggregated", {"binIntervalSeconds": {"eq": [60]}}, "BIN_INTERVAL_SECONDS_IS_NOT_A_NUMBER"),
        ("aggregated", {"binIntervalSeconds": {"eq": "-"}}, "BIN_INTERVAL_SECONDS_IS_NOT_A_NUMBER"),
        ("aggregated", {"binIntervalSeconds": {"eq": 10**400}}, "BIN_INTERVAL_SECONDS_IS_NOT_A_NUMBER"),
        ("aggregated", {"binIntervalSeconds": {"eq": 0}}, "BIN_INTERVAL_SECONDS_IS_NOT_POSITIVE"),
        ("aggregated", {"binIntervalSeconds": {"eq": "-60"}}, "BIN_INTERVAL_SECONDS_IS_NOT_POSITIVE"),
        *[
            (form, change, code)
            for form in ("raw", "aggregated")
            for change, code in (
                ({"timestamp": {}}, "TIMESTAMP_FROM_TO_MISSING"),
                ({"timestamp": {"from": at(0)}}, "TIMESTAMP_FROM_TO_MISSING"),
                ({"timestamp": {"to": at(0)}}, "TIMESTAMP_FROM_TO_MISSING"),
                ({"timestamp": {"from": at(9), "to": at(8)}}, "INVALID_TIME_RANGE"),
                ({"timestamp": {"from": "1969-01-01T00:00:00Z", "to": at(8)}}, "TIME_BEFORE_MIN_TIME"),
                ({"timestamp": {"from": "then", "to": at(8)}}, "BAD_REQUEST"),
                ({"timestamp": {**DAY, "eq": at(8)}}, "BAD_REQUEST"),
                ({"attributes": {}}, "ATTRIBUTES_IN_OPERATOR_IS_MISSING"),
                ({"attributes": {"in": "pulse"}}, "ATTRIBUTES_IN_OPERATOR_IS_MISSING"),
                ({"attributes": {"in": ["1st"]}}, "ATTRIBUTE_NOT_FOUND"),
                ({"attributes": {"notIn": ["pulse"]}}, "BAD_REQUEST"),
                ({"_name": {"eq": "Ada"}}, "BAD_REQUEST"),
                ({"timestamp": "today"}, "BAD_REQUEST"),
            )
        ],
    ],
)
def test_a_filter_is_refused_with_its_published_code(
    shared: Emulator, form: str, change: dict[str, Any], code: str
) -> None:
    whole = {**(RAW if form == "raw" else AVERAGES), **change}
    filter = {field: conditions for field, conditions in whole.items() if conditions is not ...}
    reply = searched_in_pages(shared, form, filter)
    assert refused(reply) == (400, code)
    if code == "MISSING_MANDATORY_FILTER":
        assert reply.body["details"] == {"filter": next(iter(change))}


def test_conditions_that_say_nothing_are_understood(shared: Emulator) -> None:
    nothing: dict[str, Any] = {"notIn": [], "filter": {}, "eq": None}
    filter = {"timestamp": {**DAY, **nothing}, "_patient.id": {**nothing, "eq": ANYBODY}}
    reply = searched_in_pages(shared, "raw", filter)
    assert (reply.status_code, reply.body["data"]) == (200, [])
    assert reply.body["metadata"]["filter"] == {"timestamp": DAY, "_patient.id": {"eq": ANYBODY}}


@pytest.mark.parametrize("limit", [0, -1, 10_001, 1.5, True, "10"])
def test_a_page_has_from_one_item_to_ten_thousand(shared: Emulator, limit: Any) -> None:
    assert refused(searched_in_pages(shared, "raw", RAW, limitPerPage=limit)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"filter":[]}', '{"sort":[{"prop":"timestamp"}]}'])
def test_a_search_request_is_refused_in_a_sentence(shared: Emulator, text: str) -> None:
    reply = shared.platform.handle(
        Call(
            "GET",
            "/measurement/v2/measurements/raw",
            {"searchRequest": [text]},
            {"authorization": f"Bearer {shared.token}"},
        )
    )
    assert reply.status_code == 400
    assert reply.body["code"] == ("MISSING_MANDATORY_FILTER" if text == "" else "BAD_REQUEST")


def test_a_token_is_that_of_the_same_search(emulator: Emulator) -> None:
    id = patient(emulator)
    saved(emulator, *(message(second, {"pulse": 60}, patientId=id) for second in range(3)))
    token = searched_in_pages(emulator, "raw", RAW, limitPerPage=1).body["metadata"]["nextToken"]
    second = searched_in_pages(emulator, "raw", RAW, limitPerPage=1, nextToken=token)
    assert [item["timestamp"] for item in second.body["data"]] == [at(1)]
    other = {**RAW, "_patient.id": {"eq": id}}
    assert refused(searched_in_pages(emulator, "raw", RAW, limitPerPage=2, nextToken=token)) == (400, "BAD_REQUEST")
    assert refused(searched_in_pages(emulator, "raw", other, limitPerPage=1, nextToken=token)) == (400, "BAD_REQUEST")


@settings(max_examples=50, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4))
def test_a_token_that_nobody_was_given_is_refused(last: Any) -> None:
    from biot_emulator.api.errors import BadRequest
    from biot_emulator.services.measurements.token_pages import parse_request

    request = parse_request(
        Call("GET", "/", {"searchRequest": [json.dumps({"filter": RAW})]}), {"timestamp": ["from", "to"]}
    )
    token = request.page([], last if last is not None else [None])["metadata"]["nextToken"]
    store, records = filled([])
    with closing(store):
        call = Call("GET", "/", {"searchRequest": [json.dumps({"filter": RAW, "nextToken": token})]})
        match last:
            case [int(), int()]:
                return
        with pytest.raises(BadRequest):
            search_raw_pages(call, records, datetime.fromisoformat(NOW))
