"""Devices: what they report of themselves, and how they change hands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.services.entities.world import DEVICES, DONE, OF_DEVICES, PATIENTS, World


def _status(world: World, device: str) -> Any:
    return world("GET", f"{DEVICES}/{device}").body["_status"]


def test_a_device_reports_a_part_of_its_status(world: World) -> None:
    path = f"{DEVICES}/{(device := world.device())}/status"

    world("PATCH", path, {"data": {"_fwVersion": "0.73", "_operational": {"_status": "MINOR"}}})
    reported = world("PATCH", path, {"data": {"_hwVersion": "B", "_operational": {"_message": "warm"}}})

    assert (reported.status_code, reported.body["_status"]) == (200, _status(world, device))
    status = _status(world, device)
    assert (status["_fwVersion"], status["_hwVersion"]) == ("0.73", "B")
    assert status["_operational"] == {"_status": "MINOR", "_message": "warm"}
    assert (status["_certificateStatus"], status["_connection"]["_connected"]) == ("NOT_INSTALLED", False)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "ATTRIBUTE_IS_MANDATORY"),
        ({"data": None}, "ATTRIBUTE_IS_MANDATORY"),
        ({"data": []}, "ATTRIBUTE_VALUE_TYPE_MISMATCH"),
        ({"data": {"_fwVersion": 1}}, "ATTRIBUTE_VALUE_TYPE_MISMATCH"),
        ({"data": {"_operational": "fine"}}, "ATTRIBUTE_VALUE_TYPE_MISMATCH"),
        ({"data": {"_operational": {"_status": "FINE"}}}, "SELECT_ATTRIBUTE_INVALID_VALUE"),
        ({"data": {"_bootTime": "today"}}, "ATTRIBUTE_VALUE_CONVERSION_FAILED"),
        ({"data": {"_connection": {"_connected": True}}}, "BAD_REQUEST"),
        ({"data": {"_certificateStatus": "PERMANENT"}}, "BAD_REQUEST"),
    ],
)
def test_what_no_device_can_report_is_refused(world: World, body: Any, code: str) -> None:
    device = world.device()
    before = _status(world, device)

    refused = world("PATCH", f"{DEVICES}/{device}/status", body)

    assert (refused.status_code, refused.body["code"]) == (400, code)
    assert _status(world, device) == before


def test_a_status_is_changed_by_no_other_request(world: World) -> None:
    device = world.device()

    assert world("PATCH", f"{DEVICES}/{device}", {"_status": {"_fwVersion": "1"}}).status_code == 400
    assert world("POST", DEVICES, {"_id": "other", "_status": {"_fwVersion": "1"}}).status_code == 400
    whole = world("GET", f"{DEVICES}/{device}").body
    assert world("PATCH", f"{DEVICES}/{device}", whole).status_code == 200


def test_the_connection_of_a_device_has_its_name(world: World) -> None:
    device = world.device()

    details = world("GET", f"{DEVICES}/{device}/connection/details").body

    assert details["connectionClientId"] == device
    assert [topic["actionEnum"] for topic in details["topicInfoList"]] == ["STATUS", "MEASUREMENT", "TOKEN"]
    assert len({topic[name] for topic in details["topicInfoList"] for name in ("fromDevice", "toDevice")}) == 6


def test_a_device_gets_another_patient_between_its_sessions(world: World) -> None:
    device, patient = world.device(), world.patient()
    path = world.session(device)
    change = {"_patient": {"id": patient}}
    assert world("PATCH", f"{DEVICES}/{device}", change).body["details"]["attributeName"] == "_patient"

    world("PATCH", path, DONE)

    assert world("PATCH", f"{DEVICES}/{device}", change).body["_patient"]["id"] == patient


def test_a_device_moves_with_nothing_that_refers_to_it(world: World) -> None:
    device, organization = world.device(), world.organization()
    move: dict[str, Any] = {"_ownerOrganization": {"id": organization}}
    assert world("PATCH", f"{DEVICES}/{device}", move).body["code"] == "DIFFERENT_REFERENCED_ENTITY_ORGANIZATION_ID"
    move |= {"_patient": None}
    session = world.session(device, **DONE)
    refused = world("PATCH", f"{DEVICES}/{device}", move).body
    assert refused["details"]["entityIds"] == [session.rpartition("/")[2]]

    world("DELETE", session)

    assert world("PATCH", f"{DEVICES}/{device}", move).body["_ownerOrganization"]["id"] == organization


def test_a_device_does_not_belong_to_nobody(world: World) -> None:
    refused = world("PATCH", f"{DEVICES}/{world.device()}", {"_ownerOrganization": None})

    assert (refused.status_code, refused.body["code"]) == (400, "ATTRIBUTE_IS_MANDATORY")


def test_a_device_outlives_its_patient_and_takes_its_commands_along(world: World) -> None:
    device = world.device()
    patient = world("GET", f"{DEVICES}/{device}").body["_patient"]["id"]
    world.says(command := world.command(device), _state="COMPLETED")

    assert world("DELETE", f"{PATIENTS}/{patient}").status_code == 204
    assert world("GET", f"{DEVICES}/{device}").body["_patient"] is None
    assert world("DELETE", f"{DEVICES}/{device}").status_code == 204

    found = world.found(f"{OF_DEVICES}/commands", {"_id": {"eq": command.rpartition("/")[2]}})
    assert found == []
