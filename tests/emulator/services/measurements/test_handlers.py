"""Measurements that are saved: what is stored, what is refused with which code, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from tests.emulator.services.measurements.helpers import (
    V1,
    at,
    message,
    patient,
    refused,
    saved,
    searched,
    searched_in_pages,
    waveform,
)

NOBODY = "00000000-0000-4000-8000-00000000abcd"
DEVICES = "/device/v2/devices"
ALL_DAY = {"timestamp": {"from": at(0), "to": at(86399)}}


def measurements(emulator: Emulator) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = searched_in_pages(emulator, "raw", ALL_DAY).body["data"]
    return data


def session(emulator: Emulator, device: str, id: str) -> str:
    path = f"/device/v1/devices/{device}/usage-sessions"
    created = emulator.call("POST", path, json={"_state": "ACTIVE", "_startTime": at(0), "_patient": {"id": id}})
    return str(created.body["_id"])


def test_a_measurement_is_answered_as_it_was_sent_and_stored(emulator: Emulator) -> None:
    id = patient(emulator)
    sent = message(5, {"pulse": 61, "warmth": 36.50, "ecg": waveform(1.5, -2.0)}, patientId=id)
    reply = emulator.call("POST", V1, json=sent)
    assert (reply.status_code, reply.body) == (200, sent)
    caller = emulator.call("GET", "/organization/v1/users/self").body["_id"]
    assert measurements(emulator) == [
        {"timestamp": at(5), "patientId": id, "sessionId": "", "sourceEntityId": caller, "data": sent["data"]}
    ]


def test_nulls_say_nothing(emulator: Emulator) -> None:
    id = patient(emulator)
    sent = message(5, {"pulse": 61, "measurement1": None}, patientId=id.upper(), sessionId=None, deviceId=None)
    reply = emulator.call("POST", V1, json=sent)
    assert reply.body == message(5, {"pulse": 61}, patientId=id)


def test_a_measurement_takes_from_its_session_and_device_what_it_leaves_out(emulator: Emulator) -> None:
    id = patient(emulator)
    emulator.call("POST", DEVICES, json={"_id": "scale"})
    emulator.call("POST", DEVICES, json={"_id": "watch", "_patient": {"id": id}})
    of_session = session(emulator, "scale", id)
    saved(emulator, message(1, {"weight": 70}, sessionId=of_session), message(2, {"pulse": 61}, deviceId="watch"))
    newest, oldest = measurements(emulator)
    assert (newest["patientId"], newest["sourceEntityId"], newest["sessionId"]) == (id, "watch", "")
    assert (oldest["patientId"], oldest["sourceEntityId"], oldest["sessionId"]) == (id, "scale", of_session)


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({}, "no patient"),
        ({"patientId": NOBODY}, "[metadata.patientId] is not the id of a patient"),
        ({"sessionId": NOBODY}, "[metadata.sessionId] is not the id of a usage-session"),
        ({"deviceId": "nothing"}, "[metadata.deviceId] is not the id of a device"),
        ({"deviceId": "watch"}, "no patient"),
        ({"timestamp": "1969-12-31T23:59:59Z"}, "1970-01-01T00:00:00Z or later"),
    ],
)
def test_a_measurement_of_what_there_is_not_is_refused(
    emulator: Emulator, metadata: dict[str, Any], reason: str
) -> None:
    emulator.call("POST", DEVICES, json={"_id": "watch"})
    sent = message(5, {"pulse": 61}, **metadata)
    reply = emulator.call("POST", V1, json=sent)
    assert refused(reply) == (400, "WRITE_RECORDS_FAILED")
    assert reason in reply.body["message"]
    failed = emulator.call("POST", f"{V1}/bulk", json={"measures": [sent]})
    assert failed.status_code == 206
    assert failed.body["metadata"] == {"numberOfMeasuresSaved": 0, "numberOfMeasuresFailed": 1}
    assert failed.body["failedMeasures"] == [
        {
            **sent,
            "failureData": [
                {
                    "attributeName": "metadata",
                    "code": "WRITE_RECORDS_FAILED",
                    "description": reply.body["message"],
                    "entireMessageFailure": "ENTIRE_MESSAGE_FAILURE",
                }
            ],
        }
    ]
    assert measurements(emulator) == []


def test_a_session_belongs_to_the_patient_and_the_device_that_are_named(emulator: Emulator) -> None:
    id, other = patient(emulator), patient(emulator)
    for device in ("scale", "watch"):
        emulator.call("POST", DEVICES, json={"_id": device})
    of_session = session(emulator, "scale", id)
    for ids in ({"patientId": other}, {"deviceId": "watch"}):
        reply = emulator.call("POST", V1, json=message(5, {"weight": 70}, sessionId=of_session, **ids))
        assert refused(reply) == (400, "WRITE_RECORDS_FAILED")
        assert "of the session" in reply.body["message"]


@pytest.mark.parametrize(
    ("value", "code", "details"),
    [
        ("61", "INVALID_MEASUREMENT_DATA", {"attributeName": "pulse", "dataType": "LABEL"}),
        (True, "INVALID_MEASUREMENT_DATA", {"attributeName": "pulse", "dataType": "BOOLEAN"}),
        ([61], "INVALID_MEASUREMENT_DATA", {"attributeName": "pulse", "dataType": "UNKNOWN"}),
        (10**400, "INVALID_MEASUREMENT_DATA", {"attributeName": "pulse", "dataType": "INTEGER"}),
        (waveform(1.0, frequency=0), "INVALID_FREQUENCY", {"attributeName": "pulse", "frequency": 0}),
        (waveform(1.0, frequency="50"), "INVALID_FREQUENCY", {"attributeName": "pulse", "frequency": "50"}),
        ({"data": "P4AAAA=="}, "INVALID_FREQUENCY", {"attributeName": "pulse", "frequency": None}),
        (
            waveform(1.0, 2.0, size=3),
            "WAVEFORM_METADATA_SIZE_MISMATCH",
            {"attributeName": "pulse", "metadataSize": 3, "waveformDataSize": 2},
        ),
        (
            {"metadata": {"frequency": 1, "size": 1}, "data": "AABB=="},
            "INVALID_WAVEFORM_DATA",
            {"attributeName": "pulse", "encodedData": "AABB=="},
        ),
        (
            {"metadata": {"frequency": 1, "size": 1}, "data": "AABB"},
            "INVALID_WAVEFORM_DATA",
            {"attributeName": "pulse", "encodedData": "AABB"},
        ),
        (
            waveform(float("nan")),
            "INVALID_WAVEFORM_DATA",
            {"attributeName": "pulse", "encodedData": waveform(float("nan"))["data"]},
        ),
        (
            {"metadata": {"frequency": 1, "size": 0}},
            "INVALID_WAVEFORM_DATA",
            {"attributeName": "pulse", "encodedData": None},
        ),
    ],
)
def test_a_value_that_is_none_is_refused_with_its_published_code(
    emulator: Emulator, value: Any, code: str, details: dict[str, Any]
) -> None:
    reply = emulator.call("POST", V1, json=message(5, {"pulse": value}, patientId=patient(emulator)))
    assert refused(reply) == (400, code)
    assert reply.body["details"] == details
    assert measurements(emulator) == []


@pytest.mark.parametrize("name", ["_own", "1st", "with space", "", "a" * 37, "pülse"])
def test_an_attribute_has_a_name_that_a_template_could_give_it(shared: Emulator, name: str) -> None:
    reply = shared.call("POST", V1, json=message(5, {name: 61}, patientId=patient(shared)))
    assert refused(reply) == (400, "INVALID_MEASUREMENT_DATA")


def test_of_several_wrong_values_each_is_named_and_nothing_is_saved(emulator: Emulator) -> None:
    id = patient(emulator)
    reply = emulator.call("POST", V1, json=message(5, {"pulse": "a", "warmth": 36, "ecg": False}, patientId=id))
    assert refused(reply) == (400, "SOME_MEASUREMENTS_FAILED_TO_BE_WRITTEN_TO_DB")
    messages = reply.body["details"]["validationExceptionMessages"]
    assert ["[pulse]" in messages[0], "[ecg]" in messages[1], len(messages)] == [True, True, 2]
    assert measurements(emulator) == []


def test_an_attribute_keeps_the_type_of_its_first_value(emulator: Emulator) -> None:
    id = patient(emulator)
    saved(emulator, message(1, {"pulse": 61, "ecg": waveform(1.0)}, patientId=id))
    for data in ({"pulse": waveform(1.0)}, {"ecg": 5}):
        reply = emulator.call("POST", V1, json=message(5, data, patientId=id))
        assert refused(reply) == (400, "INVALID_MEASUREMENT_DATA")


def test_of_a_bulk_is_saved_what_is_valid(emulator: Emulator) -> None:
    id = patient(emulator)
    partly = message(2, {"pulse": "a", "warmth": 36}, patientId=id)
    wrongly = message(3, {"pulse": "b"}, patientId=id)
    reply = emulator.call(
        "POST", f"{V1}/bulk", json={"measures": [message(1, {"pulse": 61}, patientId=id), partly, wrongly]}
    )
    assert reply.status_code == 206
    assert reply.body["metadata"] == {"numberOfMeasuresSaved": 1, "numberOfMeasuresFailed": 2}
    failures = [failed["failureData"] for failed in reply.body["failedMeasures"]]
    assert [[failure["entireMessageFailure"] for failure in of_one] for of_one in failures] == [
        ["PARTIAL_MESSAGE_FAILURE"],
        ["ENTIRE_MESSAGE_FAILURE"],
    ]
    assert [failed["data"] for failed in reply.body["failedMeasures"]] == [partly["data"], wrongly["data"]]
    assert [item["data"] for item in measurements(emulator)] == [{"warmth": 36}, {"pulse": 61}]


@pytest.mark.parametrize("body", [{}, {"measures": None}, {"measures": []}])
def test_an_empty_bulk_saves_nothing(shared: Emulator, body: dict[str, Any]) -> None:
    reply = shared.call("POST", f"{V1}/bulk", json=body)
    counts = {"numberOfMeasuresSaved": 0, "numberOfMeasuresFailed": 0}
    assert (reply.status_code, reply.body) == (200, {"metadata": counts, "failedMeasures": []})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"metadata": []}, "[metadata]"),
        ({"metadata": {}}, "[metadata.timestamp]"),
        ({"metadata": {"timestamp": 1641985478161}}, "[metadata.timestamp]"),
        ({"metadata": {"timestamp": "2026-01-31"}}, "[metadata.timestamp]"),
        ({"metadata": {"timestamp": "2026-02-31T12:00:00Z"}}, "[metadata.timestamp]"),
        ({"metadata": {"timestamp": "2026-01-31T12:00:00"}}, "[metadata.timestamp]"),
        ({"metadata": {"timestamp": at(0), "patientId": "me"}}, "[metadata.patientId]"),
        ({"metadata": {"timestamp": at(0), "sessionId": 7}}, "[metadata.sessionId]"),
        ({"metadata": {"timestamp": at(0), "deviceId": {}}}, "[metadata.deviceId]"),
        ({"metadata": {"timestamp": at(0)}, "data": 61}, "[data]"),
    ],
)
def test_what_is_no_measurement_is_a_bad_request(shared: Emulator, body: dict[str, Any], field: str) -> None:
    reply = shared.call("POST", V1, json=body)
    assert refused(reply) == (400, "BAD_REQUEST")
    assert field in reply.body["message"]
    reply = shared.call("POST", f"{V1}/bulk", json={"measures": [{}, body]})
    assert refused(reply) == (400, "BAD_REQUEST")
    assert f"[measures[1].{field[1:]}" in reply.body["message"]


@pytest.mark.parametrize("measures", [{}, "none", [61], [None]])
def test_a_bulk_is_a_list_of_objects(shared: Emulator, measures: Any) -> None:
    assert refused(shared.call("POST", f"{V1}/bulk", json={"measures": measures})) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("path", [V1, f"{V1}/bulk"])
def test_a_message_beyond_the_size_is_refused_with_both_sizes(shared: Emulator, path: str) -> None:
    reply = shared.call("POST", path, json={"data": {"pulse": "x" * (5 * 1024 * 1024)}})
    assert refused(reply) == (413, "MEASUREMENT_MESSAGE_EXCEEDS_SIZE_LIMITATION")
    assert reply.body["details"] == {"measurementMessageSizeInMB": 5.01, "measurementMessageMaxSizeInMB": 5}


def test_nobody_saves_or_searches_without_a_token(shared: Emulator) -> None:
    nobody = Client(shared.url)
    assert refused(nobody.call("POST", V1, json={})) == (401, "TOKEN_NOT_VALID")
    assert refused(nobody.call("POST", f"{V1}/bulk", json={})) == (401, "TOKEN_NOT_VALID")
    for form in ("raw", "aggregated"):
        assert refused(searched(nobody, form)) == (401, "TOKEN_NOT_VALID")
        assert refused(searched_in_pages(nobody, form, {})) == (401, "TOKEN_NOT_VALID")
    assert nobody.call("GET", "/measurement/system/healthCheck").status_code == 200


def test_a_reset_removes_measurements_and_the_types_of_attributes(emulator: Emulator) -> None:
    saved(emulator, message(1, {"pulse": 61}, patientId=patient(emulator)))
    assert emulator.call("POST", "/_emulator/reset").status_code == 204
    assert measurements(emulator) == []
    saved(emulator, message(1, {"pulse": waveform(1.0)}, patientId=patient(emulator)))


def test_the_last_measurements_are_not_modelled(shared: Emulator) -> None:
    assert shared.call("GET", f"{V1}/last").status_code == 404
