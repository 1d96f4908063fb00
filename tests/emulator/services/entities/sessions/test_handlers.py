"""Usage sessions, from their start to their end."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.emulator.services.entities.world import DEVICES, DONE, LONG_AGO, NOBODY, OF_DEVICES, PATIENTS, World

STATES = ("ACTIVE", "DONE", "PAUSED", "ACTIVATING", "PAUSING", "RESUMING", "STOPPING")
#: From each state, those that its device can get a session into.
NEXT = {
    "ACTIVATING": {"ACTIVE", "PAUSING", "STOPPING", "DONE"},
    "ACTIVE": {"PAUSING", "PAUSED", "STOPPING", "DONE"},
    "PAUSING": {"PAUSED", "RESUMING", "ACTIVE", "STOPPING", "DONE"},
    "PAUSED": {"RESUMING", "ACTIVE", "STOPPING", "DONE"},
    "RESUMING": {"ACTIVE", "PAUSING", "PAUSED", "STOPPING", "DONE"},
    "STOPPING": {"DONE"},
    "DONE": set(),
}


def test_a_session_takes_its_patient_from_its_device(world: World) -> None:
    patient = world.patient()
    session = world("GET", world.session(world.device(_patient={"id": patient}))).body

    assert (session["_patient"]["id"], session["_initiator"]) == (patient, "EXTERNAL")


def test_a_session_can_be_one_of_another_patient_of_the_organization(world: World) -> None:
    patient = world.patient()
    session = world("GET", world.session(world.device(), _patient={"id": patient})).body

    assert session["_patient"]["id"] == patient


def test_the_context_of_a_session_says_what_it_belongs_to(world: World) -> None:
    session = world("GET", world.session(world.device())).body

    assert json.loads(base64.b64decode(session["_sessionContext"])) == {
        "patientId": session["_patient"]["id"],
        "sessionId": session["_id"],
        "ownerOrganizationId": session["_ownerOrganization"]["id"],
    }


@pytest.mark.parametrize("current", STATES)
def test_a_session_gets_from_each_state_into_those_that_follow(world: World, current: str) -> None:
    for target in STATES:
        path = world.session(world.device(), **(DONE if current == "DONE" else {"_state": current}))
        changed = world("PATCH", path, DONE if target == "DONE" else {"_state": target})

        possible = target in {current, *NEXT[current]}
        assert (changed.status_code, changed.body.get("code")) == (
            (200, None) if possible else (409, "SESSION_STATE_CHANGE_INVALID")
        ), (current, target)
        if not possible:
            assert changed.body["details"] == {"currentState": current, "targetState": target}
            assert world("GET", path).body["_state"] == current


def test_a_session_ends_with_what_its_device_says(world: World) -> None:
    path = world.session(world.device())
    changed = world("PATCH", path, {name: DONE[name] for name in ("_state", "_endTime", "_summary")})

    assert changed.status_code == 200
    assert world("GET", path).body == changed.body
    assert changed.body["_summary"] == DONE["_summary"]
    assert world("DELETE", path).status_code == 204
    assert world("GET", path).body["code"] == "SESSION_NOT_FOUND"


def test_a_change_of_the_summary_leaves_the_rest_of_it(world: World) -> None:
    path = world.session(world.device(), **DONE)
    world("PATCH", path, {"_summary": {"_stopReason": "the battery was empty"}})

    assert world("GET", path).body["_summary"] == {
        "_stopReason": "the battery was empty",
        "_stopReasonCode": "COMPLETION",
    }


@pytest.mark.parametrize("name", ["_state", "_startTime"])
def test_what_a_session_must_have_is_not_removed(world: World, name: str) -> None:
    refused = world("PATCH", world.session(world.device()), {name: None})

    assert (refused.status_code, refused.body["code"]) == (400, "ATTRIBUTE_IS_MANDATORY")


@pytest.mark.parametrize(
    "change",
    [
        {"_initiator": "REMOTE_CONTROL"},
        {"_sessionContext": "mine"},
        {"_patient": {"id": NOBODY}},
        {"_device": {"id": "other"}},
        {"_requiredMeasurementIntervalMilliseconds": 5},
    ],
)
def test_what_the_platform_sets_stays(world: World, change: dict[str, Any]) -> None:
    path = world.session(world.device())
    before = world("GET", path).body

    refused = world("PATCH", path, change)

    assert refused.status_code == 400
    assert world("GET", path).body == before
    assert world("PATCH", path, before).status_code == 200


def test_a_session_of_a_device_without_patient_is_not_begun(world: World) -> None:
    device = world.device(_patient=None)
    path = f"{OF_DEVICES}/{device}/usage-sessions"

    assert world("POST", f"{path}/remote-control/start", {}).body["code"] == "SESSION_MISSING_PATIENT_ID"
    assert world("POST", path, {"_state": "ACTIVE", "_startTime": LONG_AGO, "_patient": {}}).status_code == 400
    assert world.found(f"{OF_DEVICES}/usage-sessions", {"_device.id": {"eq": device}}) == []


def test_a_refused_session_leaves_nothing(world: World) -> None:
    device = world.device()
    world.session(device)

    refused = world("POST", f"{OF_DEVICES}/{device}/usage-sessions", {"_state": "ACTIVE", "_startTime": LONG_AGO})

    assert refused.status_code == 409
    assert len(world.found(f"{OF_DEVICES}/usage-sessions", {"_device.id": {"eq": device}})) == 1


def test_a_session_is_controlled_remotely_while_its_device_says_how_far_it_is(world: World) -> None:
    path = world.remote_session(world.device())
    begun = world("GET", path).body
    assert (begun["_state"], begun["_initiator"], begun["_endTime"]) == ("ACTIVATING", "REMOTE_CONTROL", None)

    for control, wanted, reached in (("pause", "PAUSING", "PAUSED"), ("resume", "RESUMING", "ACTIVE")):
        assert world("POST", f"{path}/remote-control/{control}").body["_state"] == wanted
        assert world.says(path, _state=reached).body["_state"] == reached
        again = world("POST", f"{path}/remote-control/{control}") if control == "resume" else None
        assert again is None or again.body["details"] == {"currentState": "ACTIVE", "targetState": "RESUMING"}

    assert world("POST", f"{path}/remote-control/stop").body["_state"] == "STOPPING"
    assert world("POST", f"{path}/remote-control/pause").body["code"] == "SESSION_STATE_CHANGE_INVALID"
    ended = world.says(path, _state="DONE").body
    assert (ended["_state"], ended["_summary"]["_stopReasonCode"]) == ("DONE", "COMPLETION")
    assert ended["_endTime"] >= ended["_startTime"]
    assert world("DELETE", path).status_code == 204


def test_the_devices_in_sessions_are_found_with_these(world: World) -> None:
    patient = world.patient()
    device, other = world.device(_patient={"id": patient}), world.device()
    session = world.session(device)
    world.session(other)
    world.session(device, **DONE)
    path = f"{OF_DEVICES}/current/usage-sessions"

    by_id = world.found(path, {"_id": {"eq": device}})
    by_patient = world.found(path, {"_patient.id": {"eq": patient}})

    assert [found["_device"]["_id"] for found in by_id] == [device]
    assert [found["_id"] for found in by_id[0]["_sessions"]] == [session.rpartition("/")[2]]
    assert by_patient == by_id
    assert {found["_device"]["_id"] for found in world.found(path)} >= {device, other}


@pytest.mark.parametrize("orphaned", ["DEVICE", "PATIENT"])
def test_sessions_whose_device_or_patient_was_deleted_are_orphans(world: World, orphaned: str) -> None:
    patient = world.patient()
    device = world.device(_patient={"id": patient})
    kept, id = world.session(world.device(), **DONE), world.session(device, **DONE).rpartition("/")[2]
    owner = f"{DEVICES}/{device}" if orphaned == "DEVICE" else f"{PATIENTS}/{patient}"
    assert world("DELETE", owner).status_code == 204

    # The description says that every session has both, and how to find those that have lost one.
    emulator, filter = world.client, {"filter": {"_id": {"eq": id}}}
    [orphan] = emulator.search(f"{OF_DEVICES}/usage-sessions", filter)
    assert orphan["_device" if orphaned == "DEVICE" else "_patient"] is None
    path = f"{OF_DEVICES}/usage-sessions/maintenance/orphans"
    deleted = emulator.call("DELETE", f"{path}/{orphaned}")

    assert [session["_id"] for session in deleted.body["deletedSessions"]] == [id]
    assert world("DELETE", f"{path}/{orphaned}").body == {"deletedSessions": []}
    assert world("GET", kept).status_code == 200
    assert world("DELETE", f"{path}/NOBODY").status_code == 400
