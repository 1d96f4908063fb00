"""Alerts of patients and devices, which behave alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from biot_emulator.client import Client
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID
from tests.emulator.services.entities.world import DEVICES, OF_DEVICES, PATIENTS, World

Make = Callable[[World], str]


@pytest.fixture(params=["patient", "device"])
def parents(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The path of the alerts' parents, and what makes one."""
    return (PATIENTS, "patient") if request.param == "patient" else (OF_DEVICES, "device")


def _alert(world: World, parents: tuple[str, str], **attributes: str) -> str:
    return world.alert(parents[0], getattr(world, parents[1])(), **attributes)


def test_an_alert_is_active_and_of_no_great_severity(world: World, parents: tuple[str, str]) -> None:
    alert = world("GET", _alert(world, parents, _name="low battery")).body

    assert (alert["_state"], alert["_severity"], alert["_name"]) == ("ACTIVE", "INFO", "low battery")
    assert alert["_setDateTime"]
    assert [alert[name] for name in ("_clearDateTime", "_clearTrigger", "_clearedBy", "_clearNotes")] == [None] * 4


def test_clearing_an_alert_says_when_how_and_by_whom(world: World, parents: tuple[str, str]) -> None:
    path = _alert(world, parents)
    me = world("GET", "/organization/v1/users/self").body["_id"]

    cleared = world("PATCH", path, {"_state": "CLEARED", "_clearNotes": "charged"}).body

    assert (cleared["_clearTrigger"], cleared["_clearedBy"]["id"], cleared["_clearNotes"]) == ("MANUAL", me, "charged")
    assert cleared["_clearDateTime"] >= cleared["_setDateTime"]
    later = world("PATCH", path, {"_name": "battery"}).body
    assert (later["_clearDateTime"], later["_name"]) == (cleared["_clearDateTime"], "battery")
    assert world("PATCH", path, later).status_code == 200
    assert world("PATCH", path, {"_state": "ACTIVE"}).body["details"] == {"oldState": "CLEARED", "newState": "ACTIVE"}


def test_an_alert_that_a_service_clears_is_cleared_automatically(world: World, parents: tuple[str, str]) -> None:
    service = {"roleId": ADMINISTRATOR_ROLE_ID, "type": "EXTERNAL_SERVICE", "name": f"service {world.number()}"}
    made = world.made("/ums/v2/services", service)
    keys = {"id": made["id"], "secretKey": made["secretKeyData"]["secretKey"]}
    token = world("POST", "/ums/v2/services/accessToken", keys).body["accessToken"]

    cleared = Client(world.client.url, token).call("PATCH", _alert(world, parents), json={"_state": "CLEARED"}).body

    assert (cleared["_clearTrigger"], cleared["_clearedBy"]) == ("AUTOMATIC", None)
    assert cleared["_clearDateTime"]


def test_an_alert_is_suspended_and_active_again(world: World, parents: tuple[str, str]) -> None:
    path = _alert(world, parents)

    for state in ("SUSPENDED", "ACTIVE", "SUSPENDED", "CLEARED"):
        assert world("PATCH", path, {"_state": state}).body["_state"] == state


def test_an_alert_may_begin_cleared(world: World, parents: tuple[str, str]) -> None:
    alert = world("GET", _alert(world, parents, _state="CLEARED", _clearNotes="was nothing")).body

    assert (alert["_clearTrigger"], alert["_clearNotes"]) == ("MANUAL", "was nothing")


def test_those_with_open_alerts_are_found_with_these(world: World, parents: tuple[str, str]) -> None:
    base, kind = parents
    ids = [getattr(world, kind)() for _ in range(3)]
    open_alerts = [world.alert(base, id).rpartition("/")[2] for id in ids[:2]]
    world.alert(base, ids[1], _state="CLEARED")
    world.alert(base, ids[2], _state="CLEARED")

    found = {one[f"_{kind}"]["_id"]: one["_alerts"] for one in world.found(f"{base}/current/alerts")}

    assert [[alert["_id"] for alert in found.get(id, [])] for id in ids] == [[one] for one in open_alerts] + [[]]


def test_alerts_end_with_what_they_are_about(world: World, parents: tuple[str, str]) -> None:
    base, kind = parents
    id = getattr(world, kind)()
    alert = world.alert(base, id).rpartition("/")[2]

    assert world("DELETE", f"{PATIENTS if kind == 'patient' else DEVICES}/{id}").status_code == 204

    assert world.found(f"{base}/alerts", {"_id": {"eq": alert}}) == []


def test_what_the_platform_sets_is_refused(world: World, parents: tuple[str, str]) -> None:
    path = _alert(world, parents)
    for body in ({"_clearDateTime": "2020-01-01T00:00:00Z"}, {"_clearTrigger": "AUTOMATIC"}, {"_severity": None}):
        assert world("PATCH", path, body).status_code == 400
