"""What the operator says in the place of devices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.services.entities.world import DEVICES, NOBODY, OF_DEVICES, World


def test_a_device_connects_and_disconnects(world: World) -> None:
    device = world.device()
    path = f"{OF_DEVICES}/{device}/connection"

    connected = world.says(path, _connected=True, _ipAddress="203.0.113.7").body["_status"]["_connection"]
    disconnected = world.says(path, _connected=False).body["_status"]["_connection"]

    assert (connected["_connected"], connected["_ipAddress"]) == (True, "203.0.113.7")
    assert disconnected == {**connected, "_connected": False}
    found = world.found(DEVICES, {"_status._connection._connected": {"eq": True}, "_id": {"eq": device}})
    assert found == []


@pytest.mark.parametrize(
    ("path", "report", "status"),
    [
        ("{device}/connection", {}, 400),
        ("{device}/connection", {"_connected": "yes"}, 400),
        ("nothing/connection", {"_connected": True}, 404),
        ("{device}/usage-sessions/{nobody}", {"_state": "DONE"}, 404),
        ("{device}/commands/{nobody}", {"_state": "COMPLETED"}, 404),
    ],
)
def test_what_cannot_be_said_is_refused(world: World, path: str, report: dict[str, Any], status: int) -> None:
    path = path.format(device=world.device(), nobody=NOBODY)

    assert world.says(f"{OF_DEVICES}/{path}", **report).status_code == status


def test_a_state_that_is_none_or_cannot_follow_is_refused(world: World) -> None:
    session, command = world.remote_session(world.device()), world.command(world.device())

    for path in (session, command):
        assert world.says(path).body["code"] == "ATTRIBUTE_IS_MANDATORY"
        assert world.says(path, _state="SLEEPING").body["code"] == "SELECT_ATTRIBUTE_INVALID_VALUE"
        nonsense: list[Any] = [{}, [], 7, {"id": "x"}]
        for state in nonsense:
            assert world.says(path, _state=state).status_code == 400
        assert world.says(path, _state="FAILED" if path is command else "DONE", _summary=[1]).status_code == 400
    assert world.says(session, _state="PAUSED").body["code"] == "SESSION_STATE_CHANGE_INVALID"
    assert world.says(command, _state="STARTING").body["code"] == "COMMAND_STATE_CHANGE_INVALID"


def test_a_device_says_nothing_of_what_another_one_does(world: World) -> None:
    session, command = world.remote_session(world.device()), world.command(world.device())

    for path, state, code in (
        (session, "ACTIVE", "SESSION_WRONG_DEVICE_ID"),
        (command, "COMPLETED", "COMMAND_WRONG_DEVICE_ID"),
    ):
        parts = path.split("/")
        parts[parts.index("devices") + 1] = world.device()
        assert world.says("/".join(parts), _state=state).body["code"] == code
