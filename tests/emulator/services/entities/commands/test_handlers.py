"""Commands: what a device is told, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.services.entities.world import OF_DEVICES, World

OVER = ("COMPLETED", "FAILED", "ABORTED")


def test_a_command_starts_and_its_device_carries_it_out(world: World) -> None:
    device = world.device()
    path = world.command(device, _name="blink")
    started = world("GET", path).body
    assert (started["_state"], started["_device"]["id"], started["_name"]) == ("STARTING", device, "blink")

    assert world.says(path, _state="IN_PROGRESS").body["_endTime"] is None
    failed = world.says(path, _state="FAILED", _errorMessage="no lamp").body

    assert (failed["_state"], failed["_errorMessage"]) == ("FAILED", "no lamp")
    assert failed["_endTime"] >= failed["_startTime"]
    assert world("DELETE", path).status_code == 204
    assert world("GET", path).body["code"] == "COMMAND_NOT_FOUND"


def test_a_command_is_stopped(world: World) -> None:
    path = world.command(world.device())

    assert world("POST", f"{path}/stop").body["_state"] == "STOPPING"
    again = world("POST", f"{path}/stop")
    assert (again.status_code, again.body["details"]) == (409, {"currentState": "STOPPING"})
    assert world.says(path, _state="ABORTED").body["_state"] == "ABORTED"


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_stays_so(world: World, state: str) -> None:
    path = world.command(world.device())
    world.says(path, _state=state)

    assert world("POST", f"{path}/stop").body["code"] == "COMMAND_STATE_CHANGE_INVALID"
    assert world.says(path, _state="IN_PROGRESS").body["code"] == "COMMAND_STATE_CHANGE_INVALID"
    assert world("GET", path).body["_state"] == state


def test_a_device_carries_out_another_command_once_one_is_over(world: World) -> None:
    device = world.device()
    world.says(world.command(device), _state="COMPLETED")

    assert world("GET", world.command(device)).body["_state"] == "STARTING"


@pytest.mark.parametrize("how", ["read", "search", "start", "delete"])
def test_a_command_that_takes_too_long_is_out_of_time(emulator: Emulator, how: str) -> None:
    world = World(emulator)
    device = world.device()
    path = world.command(device)
    command = world("GET", path).body
    end = datetime.fromisoformat(command["_startTime"]) + timedelta(seconds=command["_timeoutInSeconds"])
    assert emulator.call("PUT", "/_emulator/clock", json={"now": end.isoformat()}).status_code == 200

    if how == "read":
        read = world("GET", path).body
        assert (read["_state"], datetime.fromisoformat(read["_endTime"]).astimezone(UTC)) == ("TIMEOUT", end)
    elif how == "search":
        found = world.found(f"{OF_DEVICES}/commands", {"_state": {"eq": "TIMEOUT"}})
        assert [one["_id"] for one in found] == [command["_id"]]
    elif how == "start":
        assert world("POST", f"{OF_DEVICES}/{device}/commands/start", {}).status_code == 201
    else:
        assert world("DELETE", f"/device/v2/devices/{device}").status_code == 204


def test_what_the_platform_sets_is_refused(world: World) -> None:
    path = f"{OF_DEVICES}/{world.device()}/commands/start"

    for body in ({"_state": "COMPLETED"}, {"_timeoutInSeconds": 1}, {"_supportStop": False}, {"_device": {"id": "x"}}):
        assert world("POST", path, body).status_code == 400
