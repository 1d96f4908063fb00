"""Administrators of organizations, branding, and who sends invitations again."""

from __future__ import annotations

import pytest

from biot_emulator.client import Client
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.testing import Emulator
from tests.emulator.conftest import code_zip
from tests.emulator.made_templates import make_template
from tests.emulator.people import ORGANIZATIONS, USERS, accept, clinic, created, person

ADMIN = f"{ORGANIZATIONS}/admin"
INVITATIONS = "/organization/v1/invitations"
PEOPLE = f"{USERS}/organizations"


def test_the_administration_is_transferred(emulator: Emulator) -> None:
    home, other = clinic(emulator, "North"), clinic(emulator, "South")
    operator, admin = home.callers["operator"], home.callers["admin"]
    change = f"{ADMIN}/{home.ids['operator']}"
    refused = operator.call("POST", change)
    assert (refused.status_code, refused.body["code"]) == (403, "ACCESS_DENIED")
    foreign = other.callers["admin"].call("POST", change)
    assert (foreign.status_code, foreign.body["code"]) == (404, "USER_NOT_FOUND")

    changed = admin.call("POST", change)

    assert (changed.status_code, changed.body["_primaryAdministrator"]["id"]) == (200, home.ids["operator"])
    description = {"_description": "ours"}
    assert admin.call("PATCH", f"{ORGANIZATIONS}/{home.id}", json=description).status_code == 403
    # The role counts from now on, and the permissions of a token from before go no further than it says.
    now = emulator.as_user("operator@north.example", "Correct7horse")
    assert now.call("PATCH", f"{ORGANIZATIONS}/{home.id}", json=description).status_code == 200
    assert now.call("POST", f"{ADMIN}/{home.ids['admin']}").status_code == 200
    gone = now.call("POST", f"{ADMIN}/{home.ids['operator']}")
    assert (gone.status_code, gone.body["code"]) == (403, "ACCESS_DENIED")


def test_who_is_not_the_primary_administrator_transfers_nothing(emulator: Emulator) -> None:
    home = clinic(emulator, "North")
    body = person("Second", "second@north.example", _ownerOrganization={"id": home.id})
    make_template(emulator, "organization-user", "OrganizationAdmin")
    created(emulator.call("POST", f"{PEOPLE}/templates/OrganizationAdmin", json=body))
    second = accept(emulator, "second@north.example")
    refused = second.call("POST", f"{ADMIN}/{home.ids['operator']}")
    assert (refused.status_code, refused.body["code"]) == (401, "USER_IS_NOT_ADMIN")
    assert set(refused.body["details"]) == {"organizationId", "userId"}


def test_the_platform_has_another_administrator_and_the_first_one_still(emulator: Emulator) -> None:
    id = created(emulator.call("POST", PEOPLE, json=person("Second", "second@example.com")))
    second = accept(emulator, "second@example.com")
    assert second.call("GET", "/ums/v2/users").status_code == 403
    assert emulator.call("POST", f"{ADMIN}/{id}").status_code == 200
    second = emulator.as_user("second@example.com", "Correct7horse")
    assert second.call("GET", "/_emulator/outbox").status_code == 200
    first = emulator.call("GET", f"{USERS}/self").body["_id"]
    for method, path in (("DELETE", f"{PEOPLE}/{first}"), ("POST", f"{PEOPLE}/{first}/enabled-state/DISABLED")):
        assert second.call(method, path).status_code == 403
    assert second.call("DELETE", f"/ums/v2/users/{first}").status_code == 403
    assert emulator.as_user(emulator.username, emulator.password).call("GET", "/_emulator/outbox").status_code == 200


def test_an_organizations_administrator_keeps_a_log_in(emulator: Emulator) -> None:
    home = clinic(emulator, "North")
    admin = home.callers["admin"]
    for caller, path in ((admin, "/ums/v2/users/self"), (emulator, f"/ums/v2/users/{home.ids['admin']}")):
        refused = caller.call("DELETE", path)
        assert (refused.status_code, refused.body["code"]) == (409, "USER_IS_ORGANIZATION_ADMIN")
    assert admin.call("POST", f"{ADMIN}/{home.ids['operator']}").status_code == 200
    assert emulator.call("DELETE", f"/ums/v2/users/{home.ids['admin']}").status_code == 204


def test_whoever_has_no_log_in_any_more_is_invited_again(emulator: Emulator) -> None:
    home = clinic(emulator, "North")
    id = home.ids["patient"]
    assert home.callers["patient"].call("DELETE", "/ums/v2/users/self").status_code == 204
    entity = emulator.call("GET", f"{USERS}/patients/{id}").body
    assert (entity["_invitationAccepted"], entity["_username"]) == (False, None)
    assert emulator.call("POST", f"{INVITATIONS}/{id}").status_code == 200
    assert accept(emulator, "patient@north.example").call("GET", f"{USERS}/self").body["_id"] == id


def test_who_sends_an_invitation_again(emulator: Emulator) -> None:
    home, other = clinic(emulator, "North"), clinic(emulator, "South")
    body = person("Late", "late@north.example", _ownerOrganization={"id": home.id})
    path = f"{INVITATIONS}/{created(emulator.call('POST', f'{USERS}/caregivers', json=body))}"
    for caller, status in (
        (Client(emulator.url), 401),
        (home.callers["patient"], 403),
        (home.callers["caregiver"], 403),
        (home.callers["operator"], 403),
        (other.callers["admin"], 403),
        (home.callers["admin"], 200),
        (emulator, 200),
    ):
        sent = len(emulator.outbox(to="late@north.example"))
        assert caller.call("POST", path).status_code == status
        assert len(emulator.outbox(to="late@north.example")) == sent + (status == 200)


def test_branding(emulator: Emulator) -> None:
    logo = {"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "name": "logo.png", "mimeType": "image/png", "size": 7}
    home = clinic(emulator, "North")
    assert Client(emulator.url).call("GET", f"{ORGANIZATIONS}/branding/default").body == {}
    emulator.call("PATCH", f"{ORGANIZATIONS}/{home.id}", json={"_branding": {"_logo": logo, "_theme": None}})
    own = home.callers["patient"].call("GET", f"{ORGANIZATIONS}/branding/self")
    assert own.status_code == 200
    assert own.body.get("_logo", logo)["id"] == logo["id"]
    assert emulator.call("GET", f"{ORGANIZATIONS}/branding/self").body == {}
    assert Client(emulator.url).call("GET", f"{ORGANIZATIONS}/branding/self").status_code == 401


CODE = """
def handler(event, context):
    print(event.get("body"))
"""
STOP = """
def handler(event, context):
    return {"statusCode": 403, "body": '{"code": "BLOCKED"}'}
"""


@pytest.mark.slow
def test_a_new_administrator_is_notified_and_can_be_intercepted(emulator: Emulator) -> None:
    id = created(emulator.call("POST", PEOPLE, json=person("Second", "second@example.com")))
    hook = {"entityTypeName": "organization", "actionName": "_updateAdmin"}
    emulator.deploy(code_zip(CODE), subscriptions={"notifications": [hook]})
    assert emulator.call("POST", f"{ADMIN}/{id}").status_code == 200
    emulator.wait_for_notifications()
    [record] = emulator.invocations()
    assert id in str(record)
    apis = ["POST/organization/v1/organizations/admin/{newAdminId}", "POST/organization/v1/invitations/{userId}"]
    hooks = [{"type": "PRE_REQUEST", "apiId": api} for api in apis]
    emulator.deploy(code_zip(STOP), "guard", subscriptions={"interceptions": hooks})
    for path in (f"{ADMIN}/{id}", f"{INVITATIONS}/{id}"):
        assert emulator.call("POST", path).body["code"] == "BLOCKED"
    assert emulator.call("GET", f"{ORGANIZATIONS}/{TENANT_ID}").body["_primaryAdministrator"]["id"] == id
