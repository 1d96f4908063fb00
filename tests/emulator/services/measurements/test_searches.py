"""Searches of version 1: compared with a look at every value, and what is refused with which code."""

from __future__ import annotations

import statistics
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from biot_emulator.api.call import Call
from biot_emulator.services.measurements.moments import write_moment
from biot_emulator.services.measurements.observations import AttributeTypes
from biot_emulator.services.measurements.records import Measurement
from biot_emulator.services.measurements.searches import search_aggregated, search_raw
from biot_emulator.testing import Emulator
from tests.emulator.services.measurements.helpers import at, message, patient, refused, saved, searched, waveform
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

#: Which measurements are searched: a patient's, of a range of time, of a sender and a session or of all.
selections = st.fixed_dictionaries(
    {
        "start": st.integers(0, 9),
        "seconds": st.integers(1, 11),
        "source": st.none() | st.sampled_from(SOURCES),
        "session": st.none() | st.sampled_from(SESSIONS[1:]),
        "attributes": st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=3, unique=True),
    }
)


def call(selection: dict[str, Any], **more: str) -> Call:
    start = selection["start"] * SECOND
    query = {
        "patientId": [PATIENTS[0]],
        "startTime": [write_moment(start)],
        "endTime": [write_moment(start + selection["seconds"] * SECOND)],
        "attributes": selection["attributes"],
        **{name: [value] for name, value in more.items()},
    }
    if selection["source"]:
        query["sourceEntityId"] = [selection["source"]]
    if selection["session"]:
        query["sessionId"] = [selection["session"]]
    return Call("GET", "/", query)


def chosen(selection: dict[str, Any], item: Measurement) -> bool:
    start = selection["start"] * SECOND
    return (
        item.patient == PATIENTS[0]
        and start <= item.time <= start + selection["seconds"] * SECOND
        and selection["source"] in (None, item.source)
        and selection["session"] in (None, item.session)
    )


def flat(document: dict[str, Any]) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (attribute["attributeName"], source["sourceEntityId"], session["sessionId"], measurement)
        for attribute in document["attributes"]
        for source in attribute["sources"]
        for session in source["measurementSessions"]
        for measurement in session["measurements"]
    ]


@settings(max_examples=60, deadline=None)
@given(measurements, selections)
def test_raw_values_are_those_that_a_look_at_each_one_gives(
    items: list[Measurement], selection: dict[str, Any]
) -> None:
    store, records = filled(items)
    with closing(store):
        document = search_raw(call(selection), records, datetime.fromisoformat(NOW))
    rows = naive(items, lambda item: chosen(selection, item), selection["attributes"])
    assert flat(document) == [
        (row.attribute, row.source, row.session, {"timestamp": write_moment(row.time), "data": [row.value]})
        for row in rows
    ]


@settings(max_examples=60, deadline=None)
@given(measurements, selections, st.sampled_from(["1", "3", "6", "60"]))
def test_averages_are_those_of_the_values_in_each_interval(
    items: list[Measurement], selection: dict[str, Any], seconds: str
) -> None:
    store, records = filled(items)
    with closing(store):
        asked = call(selection, binIntervalSeconds=seconds)
        document = search_aggregated(asked, records, AttributeTypes(store), datetime.fromisoformat(NOW))
    groups: dict[tuple[str, str, str, str], list[float]] = {}
    for row in naive(items, lambda item: chosen(selection, item), selection["attributes"]):
        begin = row.time // (int(seconds) * SECOND) * int(seconds) * SECOND
        groups.setdefault((row.attribute, row.source, row.session, write_moment(begin)), []).append(row.value)
    answered = flat(document)
    assert [(*ids, item["timestamp"]) for *ids, item in answered] == [*groups]
    for (*_, item), numbers in zip(answered, groups.values(), strict=True):
        assert item["average"] == pytest.approx(statistics.fmean(numbers))
        assert ("standardDeviation" in item) == (len(numbers) > 1)
        if len(numbers) > 1:
            assert item["standardDeviation"] == pytest.approx(statistics.stdev(numbers), abs=1e-9)


def test_a_waveform_is_decoded(shared: Emulator) -> None:
    id = patient(shared)
    saved(shared, message(7, {"ecg": waveform(1.5, -2.0, 0.25, frequency=40), "pulse": 61}, patientId=id))
    [(_, _, _, measured)] = flat(searched(shared, "raw", patientId=id, attributes="ecg").body)
    assert measured == {"timestamp": at(7), "frequency": 40, "numberOfSample": 3, "data": [1.5, -2.0, 0.25]}


def test_attributes_are_listed_one_by_one_or_with_commas(shared: Emulator) -> None:
    id = patient(shared)
    saved(shared, message(7, {"warmth": 36.5, "pulse": 61, "weight": 70}, patientId=id))
    for attributes in ("pulse,warmth", ["pulse", "warmth"], ["pulse", "warmth,pulse"]):
        answered = flat(searched(shared, "raw", patientId=id.upper(), attributes=attributes).body)
        assert [name for name, *_ in answered] == ["pulse", "warmth"]


def test_the_largest_numbers_come_back(shared: Emulator) -> None:
    id = patient(shared)
    numbers = [2**63 - 1, 2**63, -(2**64), 10**300, 1.7e308, 5.0, -0.0, 0.1]
    saved(shared, *(message(second, {"n": number}, patientId=id) for second, number in enumerate(numbers)))
    data = [item["data"] for *_, item in flat(searched(shared, "raw", patientId=id, attributes="n").body)]
    assert data == [[float(number) if abs(number) >= 2**63 else number] for number in numbers]
    reply = searched(shared, "aggregated", patientId=id, attributes="n", binIntervalSeconds=60)
    assert reply.status_code == 200


ANYBODY = "00000000-0000-4000-8000-00000000abcd"


@pytest.mark.parametrize("form", ["raw", "aggregated"])
@pytest.mark.parametrize(
    ("change", "code", "details"),
    [
        (
            {"startTime": at(9), "endTime": at(9)},
            "INVALID_TIME_RANGE",
            {"startTime": at(9), "endTime": at(9)},
        ),
        (
            {"startTime": "1969-12-31T00:00:00Z"},
            "TIME_BEFORE_MIN_TIME",
            {"startTime": "1969-12-31T00:00:00Z", "endTime": at(86399), "minTime": "1970-01-01T00:00:00Z"},
        ),
        ({"attributes": "pulse,1st"}, "ATTRIBUTE_NOT_FOUND", {"attributeNames": ["1st"]}),
        ({"attributes": ""}, "BAD_REQUEST", {}),
        ({"attributes": []}, "BAD_REQUEST", {}),
        ({"patientId": ""}, "BAD_REQUEST", {}),
        ({"patientId": "me"}, "BAD_REQUEST", {}),
        ({"sessionId": "mine"}, "BAD_REQUEST", {}),
        ({"startTime": "yesterday"}, "BAD_REQUEST", {}),
        ({"endTime": ""}, "BAD_REQUEST", {}),
    ],
)
def test_a_search_is_refused_with_its_published_code(
    shared: Emulator, form: str, change: dict[str, Any], code: str, details: dict[str, Any]
) -> None:
    parameters = {"patientId": ANYBODY, "attributes": "pulse", "binIntervalSeconds": 60, **change}
    reply = searched(shared, form, **parameters)
    assert refused(reply) == (400, code)
    assert details.items() <= reply.body["details"].items()
    if code == "INVALID_TIME_RANGE":
        assert datetime.fromisoformat(reply.body["details"]["latestPossibleTime"]).tzinfo


def test_raw_values_of_more_than_a_year_are_too_many(shared: Emulator) -> None:
    years = {"startTime": "2024-01-01T00:00:00Z", "endTime": "2026-01-01T00:00:00Z"}
    reply = searched(shared, "raw", patientId=ANYBODY, attributes="pulse", **years)
    assert refused(reply) == (400, "EXCEED_MAX_TIME_RANGE")
    assert reply.body["details"] == {**years, "maxTimeRange": "P366D"}
    averages = searched(shared, "aggregated", patientId=ANYBODY, attributes="pulse", binIntervalSeconds=86400, **years)
    assert averages.body == {"attributes": []}


def test_the_platforms_own_attributes_are_not_measured(shared: Emulator) -> None:
    reply = searched(shared, "raw", patientId=ANYBODY, attributes="pulse,_name")
    assert refused(reply) == (400, "ATTRIBUTE_IS_NOT_ALLOWED")
    assert reply.body["details"] == {"attributes": ["_name"]}


@pytest.mark.parametrize("interval", ["", "0", "2", "-1", "1.0", "minute"])
def test_an_interval_is_one_of_those_offered(shared: Emulator, interval: str) -> None:
    reply = searched(shared, "aggregated", patientId=ANYBODY, attributes="pulse", binIntervalSeconds=interval)
    assert refused(reply) == (400, "INVALID_BIN_INTERVAL")
    assert reply.body["details"] == {"binIntervalSeconds": interval or None}


def test_waveforms_have_no_average(emulator: Emulator) -> None:
    id = patient(emulator)
    saved(emulator, message(7, {"ecg": waveform(1.5), "pulse": 61}, patientId=id))
    reply = searched(emulator, "aggregated", patientId=id, attributes="ecg,pulse", binIntervalSeconds=60)
    assert refused(reply) == (400, "ATTRIBUTE_IS_NOT_AGGREGATABLE")
    assert reply.body["details"] == {"attributesAggregatable": {"ecg": False, "pulse": True}}
