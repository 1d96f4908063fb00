"""Every code that the platform's description has for devices and what belongs to them, each brought about by a call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from biot_emulator.api.call import Call
from biot_emulator.client import Reply
from biot_emulator.testing import Emulator
from tests.emulator.services.entities.published import DESCRIPTION, refusals
from tests.emulator.services.entities.world import (
    DEVICES,
    DONE,
    GENERIC,
    LONG_AGO,
    NOBODY,
    OF_DEVICES,
    PATIENTS,
    World,
)

_OWN = re.compile(r"/device/|/generic-entity/|/organization/v1/users/patients/.*alerts")
#: What no call of these operations can bring about here, and why.
NOT_HERE = {
    "INTERNAL_SERVER_ERROR": "no call is meant to",
    "GATEWAY_TIMEOUT": "nothing here waits for another service",
    "TOKEN_NOT_VALID": "tests/emulator/scenarios/test_services.py has it for every service",
}

pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason=f"the published description is not at {DESCRIPTION}")

Row = tuple[str, int, Callable[[World], Reply]]


def _sessions(device: str) -> str:
    return f"{OF_DEVICES}/{device}/usage-sessions"


def _begin(world: World, device: str | None = None, **attributes: Any) -> Reply:
    return world(
        "POST", _sessions(device or world.device()), {"_state": "ACTIVE", "_startTime": LONG_AGO, **attributes}
    )


def _of_another(world: World, path: str, method: str = "GET") -> Reply:
    """Call the API of something with another device in its path."""
    parts = path.split("/")
    parts[parts.index("devices") + 1] = world.device()
    return world(method, "/".join(parts))


def _busy(world: World, **attributes: Any) -> tuple[str, str]:
    device = world.device(**attributes)
    world.session(device)
    return device, f"{DEVICES}/{device}"


def _commanded(world: World) -> tuple[str, str]:
    device = world.device()
    world.command(device)
    return device, f"{DEVICES}/{device}"


def _cleared(world: World) -> str:
    alert = world.alert(PATIENTS, world.patient())
    assert world("PATCH", alert, {"_state": "CLEARED"}).status_code == 200
    return alert


def _registered_twice(world: World) -> Reply:
    device = world.device()
    return world("POST", DEVICES, {"_id": device})


def _alert_of_another_patient(world: World) -> Reply:
    alert = world.alert(PATIENTS, world.patient())
    return world("GET", f"{PATIENTS}/{world.patient()}/alerts/{alert.rpartition('/')[2]}")


def _session_in_two_organizations(world: World) -> Reply:
    other = world.patient(_ownerOrganization={"id": world.organization()})
    return _begin(world, _patient={"id": other})


def _certified_twice(world: World) -> Reply:
    path = f"{DEVICES}/{world.device()}/certificate"
    assert world("POST", path).status_code == 201
    return world("POST", path)


def _again(world: World) -> Reply:
    device = world.device()
    world.command(device)
    return world("POST", f"{OF_DEVICES}/{device}/commands/start", {})


def _moved(world: World, device: str) -> Reply:
    return world("PATCH", f"{DEVICES}/{device}", {"_ownerOrganization": {"id": world.organization()}, "_patient": None})


def _moved_with_alerts(world: World) -> Reply:
    device = world.device()
    world.alert(OF_DEVICES, device)
    return _moved(world, device)


def _moved_in_command(world: World) -> Reply:
    return _moved(world, _commanded(world)[0])


ROWS: tuple[Row, ...] = (
    ("DEVICE_ID_ALREADY_EXISTS", 409, _registered_twice),
    ("INVALID_DEVICE_NAME", 400, lambda world: world("POST", DEVICES, {"_id": "a b"})),
    ("DEVICE_NOT_FOUND", 404, lambda world: world("GET", f"{DEVICES}/nothing")),
    ("DEVICE_NOT_FOUND", 404, lambda world: world("PATCH", f"{DEVICES}/nothing/status", {"data": {}})),
    ("DEVICE_NOT_FOUND", 404, lambda world: world("GET", f"{DEVICES}/nothing/connection/details")),
    ("DEVICE_NOT_FOUND", 404, lambda world: world("POST", f"{OF_DEVICES}/nothing/alerts", {})),
    ("DEVICE_NOT_FOUND", 404, lambda world: _begin(world, "nothing")),
    ("UPDATE_DEVICE_HAS_AN_ACTIVE_SESSION", 403, lambda world: world("DELETE", _busy(world)[1])),
    ("UPDATE_DEVICE_HAS_AN_ACTIVE_SESSION", 403, lambda world: world("PATCH", _busy(world)[1], {"_patient": None})),
    ("DELETED_DEVICE_HAS_AN_ACTIVE_COMMAND", 403, lambda world: world("DELETE", _commanded(world)[1])),
    ("UPDATED_DEVICE_HAS_AN_ACTIVE_COMMAND", 403, _moved_in_command),
    ("DEVICE_IS_REFERRED_BY_ENTITIES", 409, _moved_with_alerts),
    ("CERTIFICATE_ALREADY_EXISTS", 409, _certified_twice),
    (
        "CERTIFICATE_NOT_FOUND",
        404,
        lambda world: world("POST", f"{DEVICES}/{world.device()}/certificate/activate?type=BOOTSTRAP"),
    ),
    ("SESSION_NOT_FOUND", 404, lambda world: world("GET", f"{_sessions(world.device())}/{NOBODY}")),
    ("SESSION_WRONG_DEVICE_ID", 409, lambda world: _of_another(world, world.session(world.device()))),
    ("SESSION_WRONG_DEVICE_ID", 409, lambda world: _of_another(world, world.session(world.device()), "DELETE")),
    ("SESSION_MISSING_PATIENT_ID", 400, lambda world: _begin(world, world.device(_patient=None))),
    ("STOP_DATA_NULL_FOR_DONE_SESSION", 400, lambda world: _begin(world, **{**DONE, "_summary": None})),
    (
        "STOP_DATA_NOT_NULL_FOR_NON_DONE_SESSION",
        400,
        lambda world: _begin(world, _summary={"_stopReasonCode": "TIMEOUT"}),
    ),
    ("END_TIME_VALUE_INVALID_FOR_SESSION_STATE", 400, lambda world: _begin(world, _endTime=LONG_AGO)),
    ("END_TIME_VALUE_INVALID_FOR_SESSION_STATE", 400, lambda world: _begin(world, **{**DONE, "_endTime": None})),
    ("TIME_IN_FUTURE", 400, lambda world: _begin(world, _startTime="2999-01-01T00:00:00Z")),
    ("START_TIME_AFTER_END_TIME", 400, lambda world: _begin(world, **{**DONE, "_endTime": "2019-01-01T00:00:00Z"})),
    (
        "DEVICE_IN_SESSION_WITH_ANOTHER_PATIENT",
        409,
        lambda world: _begin(world, _busy(world)[0], _patient={"id": world.patient()}),
    ),
    ("DEVICE_IN_SESSION_WITH_USAGE_TYPE", 409, lambda world: _begin(world, _busy(world)[0])),
    (
        "SESSION_INITIATOR_MISMATCH",
        403,
        lambda world: world("PATCH", world.remote_session(world.device()), {"_state": "ACTIVE"}),
    ),
    (
        "SESSION_INITIATOR_MISMATCH",
        403,
        lambda world: world("POST", f"{world.session(world.device())}/remote-control/pause"),
    ),
    (
        "SESSION_STATE_CHANGE_INVALID",
        409,
        lambda world: world("PATCH", world.session(world.device(), **DONE), {"_state": "ACTIVE"}),
    ),
    (
        "SESSION_STATE_CHANGE_INVALID",
        409,
        lambda world: world("POST", f"{world.remote_session(world.device())}/remote-control/resume"),
    ),
    ("CANNOT_DELETE_NON_DONE_SESSION", 409, lambda world: world("DELETE", world.session(world.device()))),
    ("COMMAND_NOT_FOUND", 404, lambda world: world("GET", f"{OF_DEVICES}/{world.device()}/commands/{NOBODY}")),
    ("COMMAND_WRONG_DEVICE_ID", 409, lambda world: _of_another(world, world.command(world.device()))),
    ("COMMAND_STATE_DELETE_INVALID", 409, lambda world: world("DELETE", world.command(world.device()))),
    ("DEVICE_IN_COMMAND_WITH_SAME_TEMPLATE", 409, _again),
    ("ALERT_NOT_FOUND", 404, lambda world: world("GET", f"{PATIENTS}/{world.patient()}/alerts/{NOBODY}")),
    ("ALERT_PARENT_ENTITY_NOT_FOUND", 400, lambda world: world("POST", f"{PATIENTS}/{NOBODY}/alerts", {})),
    ("INCORRECT_PARENT", 400, _alert_of_another_patient),
    ("INCORRECT_PARENT", 400, lambda world: _of_another(world, world.alert(OF_DEVICES, world.device()))),
    ("ILLEGAL_STATE_CHANGE", 400, lambda world: world("PATCH", _cleared(world), {"_state": "SUSPENDED"})),
    (
        "CLEAR_NOTES_GIVEN_ON_OPEN_ALERT",
        400,
        lambda world: world("POST", f"{PATIENTS}/{world.patient()}/alerts", {"_clearNotes": "fine"}),
    ),
    ("GENERIC_ENTITY_NOT_FOUND", 404, lambda world: world("GET", f"{GENERIC}/{NOBODY}")),
    (
        "INVALID_GENERIC_ENTITY_NAME",
        400,
        lambda world: world("PATCH", f"{GENERIC}/{world.made(GENERIC, {'_name': 'one'})['_id']}", {"_name": ""}),
    ),
    ("DIFFERENT_REFERENCED_ENTITY_ORGANIZATION_ID", 400, _session_in_two_organizations),
    ("ATTRIBUTE_IS_MANDATORY", 400, lambda world: _begin(world, _startTime=None)),
    ("ATTRIBUTE_VALUE_TYPE_MISMATCH", 400, lambda world: _begin(world, _name=7)),
    ("ATTRIBUTE_VALUE_CONVERSION_FAILED", 400, lambda world: _begin(world, _startTime="yesterday")),
    ("SELECT_ATTRIBUTE_INVALID_VALUE", 400, lambda world: _begin(world, _state="SLEEPING")),
    ("VALIDATION_MAX_ALLOWED_VALUE", 400, lambda world: _begin(world, _name="x" * 65)),
    ("VALIDATION_MINIMUM_ALLOWED_VALUE", 400, lambda world: _begin(world, _name="")),
    ("REFERENCE_CONFIGURATION_ENTITY_NOT_FOUND", 404, lambda world: _begin(world, _patient={"id": NOBODY})),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_is_refused_has_the_published_code(
    shared: Emulator, world: World, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    code, status, bring_about = row
    made: list[tuple[str, str]] = []
    call = shared.call
    monkeypatch.setattr(
        shared, "call", lambda method, path, **rest: made.append((method, path)) or call(method, path, **rest)
    )

    reply = bring_about(world)

    assert (reply.status_code, reply.body["code"]) == (status, code), reply.body
    method, path = made[-1]
    route, _ = shared.platform.router.find(Call(method, path.partition("?")[0]))
    names = {details for *answer, details in refusals()[route.api_id] if answer == [status, code]}
    # Some operations refuse what others are described to refuse.
    for details in names or {""}:
        assert {*details.replace(" ", "").split(",")} - {""} <= {*reply.body["details"]}


def test_every_published_code_has_a_row(shared: Emulator) -> None:
    served = {route.api_id for route in shared.platform.router}
    published = {api_id: codes for api_id, codes in refusals().items() if api_id in served and _OWN.search(api_id)}
    codes = {code for described in published.values() for _, code, _ in described}
    assert codes - {row[0] for row in ROWS} - {*NOT_HERE} == set()
