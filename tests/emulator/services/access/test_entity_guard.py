"""What people of each role may do, within their organization and beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from biot_emulator.client import Client
from biot_emulator.security.well_known_ids import PLUGIN_ROLE_ID
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import code_zip, comparing_what_is_left
from tests.emulator.made_templates import attribute, make_template
from tests.emulator.people import ORGANIZATIONS, USERS, Clinic, accept, clinic, created, person

DEVICES = "/device/v2/devices"
ALERTS = "/organization/v1/users/patients/{patient}/alerts"
GENERIC = "/generic-entity/v1/generic-entities"
CODES = "/organization/v1/registration-codes"
OK, DENIED = 200, 403

ROLES = ("admin", "operator", "caregiver", "patient")


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def north(emulator: Emulator) -> Clinic:
    return with_things(emulator, clinic(emulator, "North"))


@pytest.fixture(scope="module")
def south(emulator: Emulator) -> Clinic:
    return with_things(emulator, clinic(emulator, "South"))


def with_things(emulator: Emulator, home: Clinic) -> Clinic:
    """Add what belongs to the first patient, and a registration code."""
    owner: dict[str, Any] = {"_ownerOrganization": {"id": home.id}}
    patient = {"_patient": {"id": home.ids["patient"]}}
    device = {"_id": f"DEV-{home.id[:8]}", **owner, **patient}
    home.ids["device"] = created(emulator.call("POST", DEVICES, json=device))
    alerts = ALERTS.format(patient=home.ids["patient"])
    home.ids["alert"] = created(emulator.call("POST", alerts, json={"_name": "high"}))
    generic = {"_name": f"diary {home.id[:8]}", **owner}
    home.ids["generic"] = created(emulator.call("POST", GENERIC, json=generic))
    home.ids["code"] = created(emulator.call("POST", CODES, json={"_code": f"code {home.id[:8]}", **owner}))
    return home


PATHS = {
    "organization": f"{ORGANIZATIONS}/{{organization}}",
    "organization-user": f"{USERS}/organizations/{{operator}}",
    "caregiver": f"{USERS}/caregivers/{{caregiver}}",
    "patient": f"{USERS}/patients/{{patient}}",
    "other-patient": f"{USERS}/patients/{{other-patient}}",
    "registration-code": f"{CODES}/{{code}}",
    "device": f"{DEVICES}/{{device}}",
    "patient-alert": f"{ALERTS}/{{alert}}",
    "generic-entity": f"{GENERIC}/{{generic}}",
}
#: What each role may read and change of its own organization: the administrator, an operator, a caregiver, a patient.
READS = {
    "organization": (OK, OK, OK, OK),
    "organization-user": (OK, OK, OK, DENIED),
    "caregiver": (OK, OK, OK, OK),
    "patient": (OK, OK, OK, OK),
    "other-patient": (OK, OK, OK, DENIED),
    "registration-code": (OK, OK, OK, DENIED),
    "device": (OK, OK, OK, OK),
    "patient-alert": (OK, OK, OK, OK),
    "generic-entity": (OK, OK, OK, DENIED),
}
CHANGES = {
    "organization": (OK, DENIED, DENIED, DENIED),
    "organization-user": (OK, OK, DENIED, DENIED),  # the operator is the one who is changed
    "caregiver": (OK, DENIED, OK, DENIED),  # and here the caregiver
    "patient": (OK, OK, OK, OK),
    "other-patient": (OK, OK, OK, DENIED),
    "registration-code": (OK, DENIED, DENIED, DENIED),
    "device": (OK, OK, OK, DENIED),
    "patient-alert": (OK, OK, OK, OK),
    "generic-entity": (OK, OK, OK, DENIED),
}


def searching(path: str, request: str) -> str:
    return f"{path}?{urlencode({'searchRequest': request})}" if request else path


CHANGED = {
    **dict.fromkeys(PATHS, "_description"),
    **dict.fromkeys(("patient-alert", "generic-entity"), "_name"),
    "registration-code": "_code",
}


def cells(table: Mapping[str, tuple[int, ...]]) -> list[tuple[str, str, int]]:
    return [(kind, role, status) for kind, row in table.items() for role, status in zip(ROLES, row, strict=True)]


@pytest.mark.parametrize(("kind", "role", "status"), cells(READS))
def test_what_a_role_reads_of_its_own_organization(north: Clinic, kind: str, role: str, status: int) -> None:
    reply = north.callers[role].call("GET", PATHS[kind].format(**north.ids))
    assert (reply.status_code, reply.body.get("code")) == (status, None if status == OK else "ACCESS_DENIED")


@pytest.mark.parametrize(("kind", "role", "status"), cells(CHANGES))
def test_what_a_role_changes_of_its_own_organization(north: Clinic, kind: str, role: str, status: int) -> None:
    reply = north.callers[role].call("PATCH", PATHS[kind].format(**north.ids), json={CHANGED[kind]: f"by {role}"})
    assert (reply.status_code, reply.body.get("code")) == (status, None if status == OK else "ACCESS_DENIED")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_nobody_reaches_what_belongs_to_another_organization(
    emulator: Emulator, north: Clinic, south: Clinic, role: str, kind: str, method: str
) -> None:
    path = PATHS[kind].format(**south.ids)
    reply = north.callers[role].call(method, path, json={CHANGED[kind]: "x"} if method == "PATCH" else None)
    assert (reply.status_code, reply.body["code"]) == (403, "ACCESS_DENIED")
    assert emulator.call("GET", path).body[CHANGED[kind]] != "x"


@pytest.mark.parametrize("role", ROLES)
def test_what_there_is_not_is_not_found(north: Clinic, role: str) -> None:
    nobody = "00000000-0000-0000-0000-00000000dead"
    reply = north.callers[role].call("GET", f"{USERS}/patients/{nobody}")
    assert (reply.status_code, reply.body["code"]) == (404, "USER_NOT_FOUND")


SEARCHES = {
    ORGANIZATIONS: (1, 1, 1, 1),
    f"{USERS}/organizations": (2, 2, 2, None),
    f"{USERS}/caregivers": (1, 1, 1, 1),
    f"{USERS}/patients": (2, 2, 2, 1),
    CODES: (1, 1, 1, None),
    DEVICES: (1, 1, 1, 1),
    f"{USERS}/patients/alerts": (1, 1, 1, 1),
    f"{USERS}/patients/current/alerts": (1, 1, 1, 1),
    "/device/v1/devices/current/alerts": (0, 0, 0, 0),
    "/device/v1/devices/alerts": (0, 0, 0, 0),
    "/device/v1/devices/usage-sessions": (0, 0, 0, 0),
    "/device/v1/devices/commands": (0, 0, 0, 0),
    GENERIC: (1, 1, 1, 0),
}


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize("filter", ["", '{"filter": {"_id": {"isNotNull": true}}, "limit": 50}'])
def test_a_search_finds_what_the_caller_sees(north: Clinic, south: Clinic, path: str, filter: str) -> None:
    for role, count in zip(ROLES, SEARCHES[path], strict=True):
        reply = north.callers[role].call("GET", searching(path, filter))
        found = reply.body["metadata"]["page"]["totalResults"] if reply.status_code == OK else None
        assert found == count, role
        if found is not None:
            own = {"_id": {"isNotNull": True}} if filter else {}
            assert reply.body["metadata"]["filter"] == own
            assert not [id for id in south.ids.values() if id in str(reply.body["data"])]


@pytest.mark.parametrize(
    "filter",
    [
        '{"_ownerOrganization.id": {"eq": "%(other)s"}}',
        '{"$OR": {"filter": {"_ownerOrganization.id": {"eq": "%(other)s"}, "_id": {"isNotNull": true}}}}',
        '{"$NOT": {"filter": {"_ownerOrganization.id": {"eq": "%(own)s"}}}}',
    ],
)
@pytest.mark.parametrize("role", ["admin", "patient"])
def test_no_filter_leads_out(north: Clinic, south: Clinic, role: str, filter: str) -> None:
    text = f'{{"filter": {filter % {"own": north.id, "other": south.id}}}}'
    for path in (f"{USERS}/patients", DEVICES, ORGANIZATIONS):
        reply = north.callers[role].call("GET", searching(path, text))
        assert reply.status_code == OK
        assert not {entity["_id"] for entity in reply.body["data"]} & {*south.ids.values()}


@pytest.mark.parametrize(
    ("role", "path", "body", "status"),
    [
        ("patient", f"{USERS}/patients", person("Eve"), 403),
        ("patient", f"{USERS}/caregivers", person("Eve"), 403),
        ("patient", DEVICES, {"_id": "EVE"}, 403),
        ("patient", GENERIC, {"_name": "of nobody"}, 403),
        ("patient", f"{USERS}/patients/{{other-patient}}/alerts", {"_name": "false"}, 403),
        ("patient", f"{USERS}/patients/{{patient}}/alerts", {"_name": "true"}, 201),
        ("caregiver", f"{USERS}/patients", person("New", _canLogin=False), 201),
        ("caregiver", f"{USERS}/caregivers", person("Eve"), 403),
        ("caregiver", f"{USERS}/organizations", person("Eve"), 403),
        ("caregiver", ORGANIZATIONS, {"_name": "Eve's", "_primaryAdministrator": person("Eve")}, 403),
        ("operator", f"{USERS}/organizations", person("Eve"), 403),
        ("operator", CODES, {"_code": "eve"}, 403),
        ("admin", f"{USERS}/caregivers", person("New"), 201),
        ("admin", f"{USERS}/organizations", person("New"), 201),
        ("admin", ORGANIZATIONS, {"_name": "Another", "_primaryAdministrator": person("Eve")}, 403),
        ("admin", DEVICES, {"_id": "NEW-1"}, 403),
    ],
)
def test_what_a_role_creates(
    emulator: Emulator, north: Clinic, role: str, path: str, body: dict[str, Any], status: int
) -> None:
    counts = [len(emulator.search(search)) for search in (f"{USERS}/patients", GENERIC, ORGANIZATIONS)]
    reply = north.callers[role].call("POST", path.format(**north.ids), json=body)
    assert reply.status_code == status
    if status == 403:
        assert reply.body["code"] == "ACCESS_DENIED"
        assert counts == [len(emulator.search(search)) for search in (f"{USERS}/patients", GENERIC, ORGANIZATIONS)]
    else:
        assert reply.body["_ownerOrganization"]["id"] == north.id


@pytest.mark.parametrize("role", ["admin", "operator", "caregiver"])
def test_nothing_is_written_into_another_organization(
    emulator: Emulator, north: Clinic, south: Clinic, role: str
) -> None:
    before = emulator.search(f"{USERS}/patients")
    owner: dict[str, Any] = {"_ownerOrganization": {"id": south.id}}
    foreign: dict[str, Any] = {"_caregiver": {"id": south.ids["caregiver"]}}
    for method, path, body in (
        ("POST", f"{USERS}/patients", person("Spy", **owner)),
        ("POST", f"{USERS}/patients", person("Spy", **foreign)),
        ("PATCH", f"{USERS}/patients/{north.ids['patient']}", owner),
        ("POST", f"{USERS}/patients/{south.ids['patient']}/enabled-state/DISABLED", None),
    ):
        assert north.callers[role].call(method, path, json=body).status_code in (403, 409)
    assert emulator.search(f"{USERS}/patients") == before


def test_a_reference_to_another_organization_is_refused(north: Clinic, south: Clinic) -> None:
    device = f"{DEVICES}/{north.ids['device']}"
    reply = north.callers["caregiver"].call("PATCH", device, json={"_patient": {"id": south.ids["patient"]}})
    assert reply.status_code in (400, 403)


def test_a_patient_sees_what_refers_to_it_by_any_attribute(emulator: Emulator, north: Clinic) -> None:
    to = {"entityType": "patient", "referencedSideAttributeName": "diaries", "referencedSideAttributeDisplayName": "x"}
    make_template(emulator, "generic-entity", "diary", attribute("about", "REFERENCE", referenceConfiguration=to))
    path, own = f"{GENERIC}/templates/diary", {"_name": "own diary", "about": {"id": north.ids["patient"]}}
    patient, other = north.callers["patient"], north.callers["other-patient"]
    id = created(patient.call("POST", path, json=own))
    assert other.call("POST", path, json=own).status_code == DENIED
    assert [entity["_id"] for entity in patient.call("GET", GENERIC).body["data"]] == [id]
    assert other.call("GET", GENERIC).body["data"] == []
    assert patient.call("PATCH", f"{GENERIC}/{id}", json={"_name": "mine"}).status_code == OK
    give_away = {"about": {"id": north.ids["other-patient"]}}
    for method, body in (("GET", None), ("PATCH", {"_name": "yours"}), ("DELETE", None)):
        assert other.call(method, f"{GENERIC}/{id}", json=body).status_code == DENIED
    assert patient.call("PATCH", f"{GENERIC}/{id}", json=give_away).status_code == DENIED
    assert patient.call("DELETE", f"{GENERIC}/{id}").status_code == 204


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_manages_users_plugins_or_the_platform(north: Clinic, role: str) -> None:
    for method, path in (
        ("GET", "/ums/v2/users"),
        ("GET", f"/ums/v2/users/{north.ids['patient']}"),
        ("PATCH", f"/ums/v2/users/{north.ids['patient']}"),
        ("DELETE", f"/ums/v2/users/{north.ids['patient']}"),
        ("POST", f"/ums/v2/users/{north.ids['patient']}/password/generate"),
        ("POST", "/ums/v2/services"),
        ("POST", "/ums/v2/admin/roles"),
        ("GET", "/settings/v2/plugins"),
        ("POST", "/dispatcher/v1/hooks/notifications/subscribe"),
        ("POST", "/notification/v1/send-email"),
        ("GET", "/_emulator/outbox"),
        ("POST", "/_emulator/reset"),
    ):
        reply = north.callers[role].call(method, path)
        assert (reply.status_code, reply.body["code"]) == (403, "ACCESS_DENIED"), (method, path)


def service(emulator: Emulator, **fields: Any) -> Client:
    made = emulator.call("POST", "/ums/v2/services", json={"type": "EXTERNAL_SERVICE", **fields}).body
    login = {"id": made["id"], "secretKey": made["secretKeyData"]["secretKey"]}
    return Client(emulator.url, emulator.call("POST", "/ums/v2/services/accessToken", json=login).body["accessToken"])


def test_a_service_of_an_organization_sees_that_and_plugins_see_all(
    emulator: Emulator, north: Clinic, south: Clinic
) -> None:
    own, plugin = (
        service(emulator, roleId=PLUGIN_ROLE_ID, ownerOrganizationId=north.id),
        service(emulator, roleId=PLUGIN_ROLE_ID),
    )
    assert own.call("GET", PATHS["patient"].format(**south.ids)).status_code == DENIED
    assert own.call("GET", PATHS["patient"].format(**north.ids)).status_code == OK
    assert {entity["_ownerOrganization"]["id"] for entity in own.call("GET", DEVICES).body["data"]} == {north.id}
    for home in (north, south):
        assert plugin.call("GET", PATHS["patient"].format(**home.ids)).status_code == OK


MANUFACTURERS = "/organization/v1/users/organizations/templates/ManufacturerAdmin"


def test_nobody_is_made_an_administrator_by_somebody_who_is_none(emulator: Emulator, north: Clinic) -> None:
    make_template(emulator, "organization-user", "ManufacturerAdmin")
    plugin = service(emulator, roleId=PLUGIN_ROLE_ID)
    first = emulator.call("GET", "/organization/v1/users/self").body["_ownerOrganization"]["id"]
    for caller in (plugin, north.callers["admin"]):
        reply = caller.call("POST", MANUFACTURERS, json=person("Eve", _ownerOrganization={"id": first}))
        assert (reply.status_code, reply.body["code"]) == (403, "ACCESS_DENIED")
    for organization, user in ((first, north.ids["operator"]), (north.id, north.ids["operator"])):
        change = {"_primaryAdministrator": {"id": user}}
        assert plugin.call("PATCH", f"{ORGANIZATIONS}/{organization}", json=change).status_code in (400, 403)
    assert emulator.call("GET", f"{ORGANIZATIONS}/{north.id}").body["_primaryAdministrator"]["id"] == north.ids["admin"]
    made = emulator.call("POST", MANUFACTURERS, json=person("Ann", "ann@example.com"))
    assert made.status_code == 201
    assert accept(emulator, "ann@example.com").call("GET", "/ums/v2/users").status_code == OK


NOTIFIED = """
def handler(event, context):
    print(event.get("body"))
"""


@pytest.mark.slow
def test_what_is_refused_afterwards_is_not_notified() -> None:
    with running() as emulator:
        home = clinic(emulator, "West")
        hook = {"entityTypeName": "patient", "actionName": "_create"}
        emulator.deploy(code_zip(NOTIFIED), subscriptions={"notifications": [hook]})
        caregiver, first = home.callers["caregiver"], emulator.call("GET", f"{USERS}/self").body["_ownerOrganization"]
        spy, real = person("Spy", _ownerOrganization={"id": first["id"]}), person("Real")
        assert caregiver.call("POST", f"{USERS}/patients", json=spy).status_code == 403
        assert caregiver.call("POST", f"{USERS}/patients", json=real).status_code == 201
        emulator.wait_for_notifications()
        assert len(emulator.invocations()) == 1


def test_a_patient_sees_the_alerts_of_its_own_devices(emulator: Emulator, north: Clinic) -> None:
    alerts = f"/device/v1/devices/{north.ids['device']}/alerts"
    id = created(emulator.call("POST", alerts, json={"_name": "empty"}))
    patient, other = north.callers["patient"], north.callers["other-patient"]
    assert [alert["_id"] for alert in patient.call("GET", "/device/v1/devices/alerts").body["data"]] == [id]
    assert other.call("GET", "/device/v1/devices/alerts").body["data"] == []
    assert (patient.call("GET", f"{alerts}/{id}").status_code, other.call("GET", f"{alerts}/{id}").status_code) == (
        OK,
        DENIED,
    )
    assert patient.call("DELETE", f"{alerts}/{id}").status_code == DENIED
    assert emulator.call("DELETE", f"{alerts}/{id}").status_code == 204
