"""Each code that is published for people, organizations and registration codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import comparing_what_is_left
from tests.emulator.people import ORGANIZATIONS, USERS, Clinic, accept, clinic, created, person
from tests.emulator.services.entities import test_errors
from tests.emulator.services.entities.published import DESCRIPTION, refusals

CODES = "/organization/v1/registration-codes"
PATIENTS, CAREGIVERS, PEOPLE = (f"{USERS}/{kind}" for kind in ("patients", "caregivers", "organizations"))
INVITATIONS = "/organization/v1/invitations"
NOBODY = "00000000-0000-0000-0000-00000000dead"
OTP = {"_credentialType": "OTP", "_phone": "+4915112345678"}


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def ids(emulator: Emulator) -> Mapping[str, str]:
    """The ids of a clinic, of another organization, and of people in every state that a code is about."""
    home = clinic(emulator, "North")
    other = created(emulator.call("POST", ORGANIZATIONS, json=organization("South")))
    owner: dict[str, Any] = {"_ownerOrganization": {"id": home.id}}
    invited = created(emulator.call("POST", CAREGIVERS, json=person("Invited", "invited@north.example", **owner)))
    silent = created(emulator.call("POST", PATIENTS, json=person("Silent", **owner)))
    texting = created(
        emulator.call("POST", CAREGIVERS, json=person("Texting", "texting@north.example", **owner, **OTP))
    )
    code = created(emulator.call("POST", CODES, json={"_code": "Taken", **owner}))
    registered = {"username": "registered@south.example", "password": "Correct7horse"}
    header = {"owner-organization-id": home.id}
    assert Client(emulator.url).call("POST", "/ums/v2/users/self", json=registered, headers=header).status_code == 201
    more = {"other": other, "invited": invited, "silent": silent, "texting": texting, "code": code}
    return {**home.ids, **more, "first-admin": emulator.call("GET", f"{USERS}/self").body["_id"]}


def organization(name: str) -> dict[str, Any]:
    return {"_name": name, "_primaryAdministrator": person("Admin")}


#: Method, path, body, status, code and the names of its details.
Row = tuple[str, str, Any, int, str, set[str]]
ROWS: list[Row] = [
    ("POST", PATIENTS, person("A", "ADMIN@north.example"), 409, "EMAIL_ALREADY_EXIST", {"email"}),
    ("POST", CAREGIVERS, person("A", "invited@north.example"), 409, "EMAIL_ALREADY_EXIST", {"email"}),
    ("POST", PEOPLE, person("A", "patient@north.example"), 409, "EMAIL_ALREADY_EXIST", {"email"}),
    ("POST", ORGANIZATIONS, {"_name": "X", "_primaryAdministrator": person("A", "admin@north.example")},
     409, "EMAIL_ALREADY_EXIST", {"email"}),
    ("PATCH", f"{CAREGIVERS}/{{invited}}", {"_email": "patient@north.example"}, 409, "EMAIL_ALREADY_EXIST", {"email"}),
    ("POST", PATIENTS, person("A", "Registered@south.example"), 409, "USERNAME_ALREADY_EXIST", {"username", "userId"}),
    ("POST", CAREGIVERS, person("A", "otp@north.example", **OTP),
     409, "USERNAME_ALREADY_EXIST", {"username", "userId"}),
    ("PATCH", f"{PATIENTS}/{{patient}}", {"_email": "new@north.example"},
     403, "EMAIL_CHANGE_NOT_PERMITTED", {"requestedEmail", "existingEmail"}),
    ("POST", PATIENTS, person("A", _canLogin=True), 400, "EMAIL_CANNOT_BE_EMPTY_FOR_LOGGABLE_USER", set()),
    ("POST", CAREGIVERS, person("A", _credentialType="OTP"), 400, "OTP_PHONE_CANNOT_BE_NULL", set()),
    ("POST", PATIENTS, person("A", **{**OTP, "_phone": "+4915100000000"}, _mfa={"enabled": True}),
     400, "OTP_MFA_ENABLED_CONFLICT", set()),
    ("PATCH", f"{CAREGIVERS}/{{texting}}", {"_phone": "+4915100000001"}, 400, "OTP_UPDATE_PHONE_DISABLED", set()),
    ("PATCH", f"{PATIENTS}/{{patient}}", {"_ownerOrganization": None}, 400, "OWNER_ORGANIZATION_CANNOT_BE_NULL", set()),
    ("PATCH", f"{PATIENTS}/{{patient}}", {"_address": {"city": "Bonn"}}, 400, "COUNTRY_CODE_CANNOT_BE_NULL", set()),
    ("PATCH", f"{ORGANIZATIONS}/{{organization}}", {"_headquarters": {"city": "Bonn"}},
     400, "COUNTRY_CODE_CANNOT_BE_NULL", set()),
    ("POST", PATIENTS, person("A", _ownerOrganization={"id": NOBODY}), 404, "ORGANIZATION_NOT_FOUND", {"id"}),
    ("PATCH", f"{CAREGIVERS}/{{invited}}", {"_ownerOrganization": {"id": NOBODY}},
     404, "ORGANIZATION_NOT_FOUND", {"id"}),
    ("POST", PATIENTS, person("A", _caregiver={"id": "{caregiver}"}, _ownerOrganization={"id": "{other}"}),
     409, "CAREGIVER_MUST_BE_IN_SAME_ORGANIZATION_AS_PATIENT", {"patientOrganizationId", "caregiverOrganizationId"}),
    ("DELETE", f"{CAREGIVERS}/{{caregiver}}", None, 409, "CAREGIVER_ASSIGNED_TO_PATIENT", {"id"}),
    ("DELETE", f"{PEOPLE}/{{admin}}", None, 409, "USER_IS_ORGANIZATION_ADMIN", {"id"}),
    ("PATCH", f"{PEOPLE}/{{admin}}", {"_ownerOrganization": {"id": "{other}"}},
     409, "USER_IS_ORGANIZATION_ADMIN", {"id"}),
    ("DELETE", f"{PEOPLE}/{{first-admin}}", None, 409, "USER_IS_ORGANIZATION_ADMIN", {"id"}),
    ("POST", f"{PEOPLE}/{{admin}}/enabled-state/DISABLED", None, 403, "ACCESS_DENIED", {"id"}),
    ("POST", f"{PEOPLE}/{{first-admin}}/enabled-state/DISABLED", None, 403, "ACCESS_DENIED", {"id"}),
    ("POST", f"{PEOPLE}/{NOBODY}/enabled-state/DISABLED", None, 404, "USER_NOT_FOUND", {"id"}),
    ("POST", ORGANIZATIONS, organization("nORTH"), 409, "ORGANIZATION_ALREADY_EXIST", {"name"}),
    ("PATCH", f"{ORGANIZATIONS}/{{other}}", {"_name": "North"}, 409, "ORGANIZATION_ALREADY_EXIST", {"name"}),
    ("DELETE", f"{ORGANIZATIONS}/{TENANT_ID}", None, 403, "CANNOT_DELETE_FIRST_ORGANIZATION", set()),
    ("GET", f"{ORGANIZATIONS}/{NOBODY}", None, 404, "ORGANIZATION_NOT_FOUND", {"id"}),
    ("POST", CODES, {"_code": "TAKEN"}, 409, "REGISTRATION_CODE_ALREADY_EXISTS", {"id"}),
    ("GET", f"{CODES}/{NOBODY}", None, 404, "REGISTRATION_CODE_NOT_FOUND", {"id"}),
    ("PATCH", f"{CODES}/{NOBODY}", {}, 404, "REGISTRATION_CODE_NOT_FOUND", {"id"}),
    ("DELETE", f"{CODES}/{NOBODY}", None, 404, "REGISTRATION_CODE_NOT_FOUND", {"id"}),
    ("POST", f"{INVITATIONS}/{NOBODY}", None, 404, "INVITATION_NOT_FOUND", {"userId"}),
    ("POST", f"{INVITATIONS}/{{patient}}", None, 404, "INVITATION_NOT_FOUND", {"userId"}),
    ("POST", f"{INVITATIONS}/{{texting}}", None, 400, "INVITATION_NOT_SUPPORTED", set()),
    ("POST", f"{INVITATIONS}/{{silent}}", None, 400, "INVITATION_NOT_SUPPORTED", set()),
    ("POST", f"{ORGANIZATIONS}/admin/{NOBODY}", None, 404, "USER_NOT_FOUND", {"id"}),
    ("POST", f"{ORGANIZATIONS}/admin/{{patient}}", None,
     409, "USER_TEMPLATE_NOT_MATCH_TO_ORGANIZATION_ADMIN", {"userId", "templateId"}),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[4]} {number}" for number, row in enumerate(ROWS)])
def test_what_is_refused_has_its_published_code(emulator: Emulator, ids: Mapping[str, str], row: Row) -> None:
    method, path, body, status, code, details = row
    before = [emulator.search(search) for search in (PATIENTS, CAREGIVERS, PEOPLE, ORGANIZATIONS, CODES)]
    outbox = emulator.outbox()

    reply = emulator.call(method, path.format(**ids), json=_filled(body, ids))

    assert (reply.status_code, reply.body["code"]) == (status, code), reply.body
    assert set(reply.body["details"]) == details
    assert [emulator.search(search) for search in (PATIENTS, CAREGIVERS, PEOPLE, ORGANIZATIONS, CODES)] == before
    assert emulator.outbox() == outbox


#: What no call of these operations brings about here, or another test has, and why or which.
ELSEWHERE = {
    **dict.fromkeys(("INTERNAL_SERVER_ERROR", "GATEWAY_TIMEOUT"), "nothing here is meant to fail, or waits for others"),
    **dict.fromkeys(("TOKEN_NOT_VALID",), "scenarios/test_services.py, for every service"),
    **dict.fromkeys(("USER_IS_NOT_ADMIN",), "test_handlers.py, as its caller is another one"),
    **dict.fromkeys(("OTP_DISABLED_SIGN_UP",), "log-ins by codes are never switched off here"),
}


@pytest.mark.skipif(not DESCRIPTION.exists(), reason=f"the published description is not at {DESCRIPTION}")
def test_every_published_code_has_a_row() -> None:
    own = re.compile(r"/organization/v1/(organizations|registration-codes|invitations|users/(?!patients/.*alerts))")
    codes = {code for api_id, described in refusals().items() if own.search(api_id) for _, code, _ in described}
    of_attributes = {row[0] for row in test_errors.ROWS} | {*test_errors.NOT_HERE}
    assert codes - {row[4] for row in ROWS} - {*ELSEWHERE} - of_attributes == set()


def _filled(body: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, ids) for name, value in body.items()}
    return body.format(**ids) if isinstance(body, str) else body


def test_a_value_is_free_once_nobody_has_it(emulator: Emulator) -> None:
    def make(path: str, body: dict[str, Any]) -> str:
        return created(emulator.call("POST", path, json=body))

    first = make(PATIENTS, person("A", "free@north.example"))
    emulator.call("PATCH", f"{PATIENTS}/{first}", json={"_email": "changed@north.example"})
    second = make(CAREGIVERS, person("B", "FREE@north.example"))
    emulator.call("DELETE", f"{CAREGIVERS}/{second}")
    make(PATIENTS, person("C", "free@north.example"))
    east = make(ORGANIZATIONS, organization("East"))
    emulator.call("PATCH", f"{ORGANIZATIONS}/{east}", json={"_name": "EAST"})
    emulator.call("PATCH", f"{ORGANIZATIONS}/{east}", json={"_name": "West"})
    make(ORGANIZATIONS, organization("East"))
    code = make(CODES, {"_code": "once"})
    emulator.call("DELETE", f"{CODES}/{code}")
    make(CODES, {"_code": "once"})


def test_an_organization_is_created_with_its_administrator(emulator: Emulator) -> None:
    administrator = person("Ada", "ada@new.example")
    made = emulator.call("POST", ORGANIZATIONS, json={"_name": "New", "_primaryAdministrator": administrator}).body
    user = emulator.call("GET", f"{PEOPLE}/{made['_primaryAdministrator']['id']}").body
    assert user["_ownerOrganization"]["id"] == made["_id"]
    ada = accept(emulator, "ada@new.example")
    self = ada.call("GET", f"{USERS}/self").body
    assert (self["_id"], self["_userType"]) == (user["_id"], "organization-user")
    assert ada.call("PATCH", f"{ORGANIZATIONS}/{made['_id']}", json={"_description": "ours"}).status_code == 200


def test_a_change_of_the_entity_is_one_of_the_log_in(emulator: Emulator) -> None:
    home: Clinic = clinic(emulator, "Change")
    caregiver, path = home.callers["caregiver"], f"{CAREGIVERS}/{home.ids['caregiver']}"
    state = f"{path}/enabled-state"
    assert emulator.call("POST", f"{state}/DISABLED").body["_enabled"] == "DISABLED"
    assert caregiver.call("GET", f"{USERS}/self").status_code == 401
    assert not emulator.call("GET", f"/ums/v2/users/{home.ids['caregiver']}").body["active"]
    emulator.call("POST", f"{state}/ENABLED")
    assert caregiver.call("GET", f"{USERS}/self").status_code == 200
    assert emulator.call("GET", f"{PATIENTS}/{home.ids['patient']}").body["_username"] == "patient@change.example"
    patient, path = home.callers["other-patient"], f"{PATIENTS}/{home.ids['other-patient']}"
    emulator.call("PATCH", path, json={"_canLogin": False})
    assert patient.call("GET", f"{USERS}/self").status_code == 401
    emulator.call("PATCH", path, json={"_canLogin": True})
    assert patient.call("GET", f"{USERS}/self").status_code == 200
    assert emulator.call("DELETE", path).status_code == 204
    assert patient.call("GET", f"{USERS}/self").status_code == 401
    assert emulator.call("GET", f"/ums/v2/users/{home.ids['other-patient']}").status_code == 404


def test_an_organization_goes_with_its_people(emulator: Emulator) -> None:
    home = clinic(emulator, "Gone")
    assert emulator.call("DELETE", f"{ORGANIZATIONS}/{home.id}").status_code == 204
    for caller in home.callers.values():
        assert caller.call("GET", f"{USERS}/self").status_code == 401
    assert created(emulator.call("POST", PATIENTS, json=person("A", "admin@gone.example")))


def test_somebody_who_moves_sees_the_other_organization(emulator: Emulator) -> None:
    home, other = clinic(emulator, "From"), clinic(emulator, "To")
    operator, path = home.callers["operator"], f"{PEOPLE}/{home.ids['operator']}"
    assert emulator.call("PATCH", path, json={"_ownerOrganization": {"id": other.id}}).status_code == 200
    assert [found["_id"] for found in operator.call("GET", ORGANIZATIONS).body["data"]] == [other.id]
    assert operator.call("GET", f"{PATIENTS}/{home.ids['patient']}").status_code == 403
