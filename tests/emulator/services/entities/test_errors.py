"""Every code that the platform's description has for devices and what belongs to them, each brought about by a call."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from biot_emulator.api.call import Call
from biot_emulator.client import Client, Reply
from biot_emulator.security.well_known_ids import PLUGIN_ROLE_ID
from biot_emulator.testing import Emulator
from tests.emulator.made_templates import attribute, make_template
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
    "NON_GLOBAL_REFERENCED_ENTITY": "every entity here belongs to an organization",
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


def _stopped_twice(world: World) -> Reply:
    command = world.command(world.device())
    world("POST", f"{command}/stop")
    return world("POST", f"{command}/stop")


def _by_somebody_without_permission(world: World) -> Reply:
    service = {"roleId": PLUGIN_ROLE_ID, "type": "EXTERNAL_SERVICE", "name": f"service {world.number()}"}
    made = world.made("/ums/v2/services", service)
    keys = {"id": made["id"], "secretKey": made["secretKeyData"]["secretKey"]}
    token = world("POST", "/ums/v2/services/accessToken", keys).body["accessToken"]
    path = f"{OF_DEVICES}/usage-sessions/maintenance/orphans/DEVICE"
    world.client.call("GET", f"{OF_DEVICES}/usage-sessions")
    return Client(world.client.url, token).call("DELETE", path)


def _registered_with_a_code_that_is_used(world: World) -> Reply:
    code = {"id": world.made("/organization/v1/registration-codes", {"_code": f"code {world.number()}"})["_id"]}
    world.device(_registrationCode=code)
    return world("POST", DEVICES, {"_id": "late", "_registrationCode": code})


def _of_a_template(world: World, path: str, type: str, *attributes: Any, **values: Any) -> Reply:
    """Create an entity of a new template with these attributes."""
    template = make_template(world.client, type, f"made{world.number()}", *attributes)
    return world("POST", path, {"_templateId": template["id"], **values})


def _generic(world: World, *attributes: Any, **values: Any) -> Reply:
    return _of_a_template(world, GENERIC, "generic-entity", *attributes, _name="one", **values)


def _of_other_devices(world: World, type: str) -> str:
    """Make a template that is for devices of another template, and return its name."""
    number = world.number()
    parent = make_template(world.client, "device", f"device{number}")
    return str(make_template(world.client, type, f"made{number}", parentTemplateId=parent["id"])["name"])


def _named_twice(world: World, type: str) -> tuple[str, str]:
    """Make a device, and two templates of one name that would do for what belongs to it; return id and name."""
    number = world.number()
    parent = make_template(world.client, "device", f"device{number}")["id"]
    for more in ({}, {"parentTemplateId": parent}):
        make_template(world.client, type, f"made{number}", **more)
    return world.device(_templateId=parent), f"made{number}"


def _session_by_usage_type(world: World, device: str, usage_type: str) -> Reply:
    return world("POST", f"{_sessions(device)}/usage-type/{usage_type}", {"_state": "ACTIVE", "_startTime": LONG_AGO})


def _referring(uniquely: bool = False, templates: Sequence[str] = ()) -> Any:
    configuration = {
        "entityType": "device",
        "uniquely": uniquely,
        "referencedSideAttributeName": f"back{uuid.uuid4().hex}",
        "referencedSideAttributeDisplayName": "Back",
        "validTemplatesToReference": [*templates],
    }
    return attribute("machine", "REFERENCE", referenceConfiguration=configuration)


def _referred_to_twice(world: World) -> Reply:
    device, number = world.device(), world.number()
    template = make_template(world.client, "generic-entity", f"made{number}", _referring(uniquely=True))
    body = {"_templateId": template["id"], "_name": "one", "machine": {"id": device}}
    assert world("POST", GENERIC, body).status_code == 201
    return world("POST", GENERIC, body)


def _referring_to_another_template(world: World) -> Reply:
    template = make_template(world.client, "device", f"device{world.number()}")
    return _generic(world, _referring(templates=[template["id"]]), machine={"id": world.device()})


def _template_of_another_organization(world: World) -> Reply:
    more = {"ownerOrganizationId": world.organization()}
    template = make_template(world.client, "generic-entity", f"made{world.number()}", **more)
    return world("POST", GENERIC, {"_templateId": template["id"], "_name": "one"})


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
    ("COMMAND_STATE_CHANGE_INVALID", 409, _stopped_twice),
    ("ACCESS_DENIED", 403, _by_somebody_without_permission),
    ("REGISTRATION_CODE_ALREADY_IN_USE", 409, _registered_with_a_code_that_is_used),
    (
        "ALERT_TEMPLATE_NOT_CHILD_OF_PARENT_TEMPLATE",
        400,
        lambda world: world(
            "POST", f"{OF_DEVICES}/{world.device()}/alerts/{_of_other_devices(world, 'device-alert')}", {}
        ),
    ),
    (
        "SESSION_TEMPLATE_IS_NOT_CHILD_OF_DEVICE_TEMPLATE",
        400,
        lambda world: _session_by_usage_type(world, world.device(), _of_other_devices(world, "usage-session")),
    ),
    ("MORE_THAN_ONE_TEMPLATE", 409, lambda world: _session_by_usage_type(world, *_named_twice(world, "usage-session"))),
    (
        "MORE_THAN_ONE_TEMPLATE_WITH_NAME",
        409,
        lambda world: world("POST", "{}/{}/alerts/{}".format(OF_DEVICES, *_named_twice(world, "device-alert")), {}),
    ),
    (
        "SESSION_TEMPLATE_NOT_FOUND_BY_USAGE_TYPE",
        404,
        lambda world: _session_by_usage_type(world, world.device(), "nothing"),
    ),
    (
        "SESSION_TEMPLATE_NOT_FOUND_BY_USAGE_TYPE",
        404,
        lambda world: world("POST", f"{OF_DEVICES}/{world.device()}/commands/nothing/start", {}),
    ),
    ("TEMPLATE_NOT_FOUND", 404, lambda world: world("POST", f"{DEVICES}/templates/nothing", {"_id": "never"})),
    (
        "TEMPLATE_NOT_FOUND_BY_NAME",
        404,
        lambda world: world("POST", f"{GENERIC}/templates/nothing", {"_name": "one"}),
    ),
    (
        "ENTITY_TYPE_TEMPLATE_MISMATCH",
        403,
        lambda world: _of_a_template(world, GENERIC, "device", _name="one"),
    ),
    ("OWNER_ORGANIZATION_ID_MISMATCH", 403, _template_of_another_organization),
    ("ALREADY_REFERENCED_UNIQUELY", 403, _referred_to_twice),
    ("NOT_VALID_TEMPLATE_TO_REFERENCE", 400, _referring_to_another_template),
    ("REFERENCED_ENTITY_TYPE_MISMATCH", 400, lambda world: _begin(world, _patient={"id": world.device()})),
    ("ATTRIBUTE_NOT_VALID_FOR_TEMPLATE", 400, lambda world: _begin(world, _colour="red")),
    (
        "ATTRIBUTE_NOT_OF_CATEGORY",
        400,
        lambda world: _of_a_template(
            world,
            DEVICES,
            "device",
            attribute("volume", "INTEGER", category="CONFIGURATION"),
            _id=f"loud{world.number()}",
            volume=7,
        ),
    ),
    (
        "ATTRIBUTE_REGEX_VALIDATION_FAILED",
        400,
        lambda world: _generic(world, attribute("code", "LABEL", regex="[0-9]+"), code="x"),
    ),
    (
        "SELECT_ATTRIBUTE_DUPLICATED_VALUES",
        400,
        lambda world: _generic(world, attribute("sides", "MULTI_SELECT", choices=["L", "R"]), sides=["L", "L"]),
    ),
    (
        "VALIDATION_LOCALE_NOT_VALID",
        400,
        lambda world: _generic(world, attribute("tongue", "LOCALE"), tongue="English"),
    ),
    (
        "VALIDATION_TIMEZONE_NOT_VALID",
        400,
        lambda world: world("POST", DEVICES, {"_id": "far", "_timezone": "Mars/Olympus"}),
    ),
    (
        "WRITE_MODE_NOT_VALID_FOR_ATTRIBUTE_TYPE",
        400,
        lambda world: _of_a_template(
            world,
            PATIENTS,
            "patient",
            attribute("pulse", "INTEGER", category="MEASUREMENT"),
            _name={"firstName": "Ada", "lastName": "Lovelace"},
            pulse=61,
        ),
    ),
    ("REFERENCE_CONFIGURATION_ENTITY_NOT_FOUND", 404, lambda world: _begin(world, _patient={"id": NOBODY})),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_is_refused_has_the_published_code(
    shared: Emulator, world: World, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    code, status, bring_about = row
    made: list[tuple[str, str]] = []
    call = shared.call

    def noted(method: str, path: str, **rest: Any) -> Reply:
        made.append((method, path))
        return call(method, path, **rest)

    monkeypatch.setattr(shared, "call", noted)

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
