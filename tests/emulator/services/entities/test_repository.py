"""What would leave nobody who can log in, or reset the platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID, TENANT_ID
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA

USERS = "/organization/v1/users"
PEOPLE = f"{USERS}/organizations"
ORGANIZATIONS = "/organization/v1/organizations"
SERVICES = "/ums/v2/services"

Call = tuple[str, str, Any]


def _self(emulator: Emulator) -> str:
    return str(emulator.call("GET", f"{PEOPLE}/self").body["_id"])


def _state(emulator: Emulator) -> list[list[dict[str, Any]]]:
    return [emulator.search(path) for path in (PEOPLE, ORGANIZATIONS)]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda id: ("DELETE", f"{PEOPLE}/{id}", None), (409, "USER_IS_ORGANIZATION_ADMIN")),
        (lambda id: ("POST", f"{PEOPLE}/{id}/enabled-state/DISABLED", None), (403, "ACCESS_DENIED")),
        (lambda id: ("DELETE", f"{ORGANIZATIONS}/{TENANT_ID}", None), (403, "CANNOT_DELETE_FIRST_ORGANIZATION")),
    ],
    ids=["delete", "disable", "organization"],
)
def test_what_would_lock_everybody_out_is_refused(
    emulator: Emulator, call: Callable[[str], Call], code: tuple[int, str]
) -> None:
    before = _state(emulator)
    method, path, body = call(_self(emulator))

    reply = emulator.call(method, path, json=body)

    assert (reply.status_code, reply.body["code"]) == code
    assert _state(emulator) == before
    assert emulator.as_user(emulator.username, emulator.password).call("POST", "/_emulator/reset").status_code == 204


@pytest.mark.parametrize(
    "call",
    [
        lambda id: ("DELETE", f"{USERS}/caregivers/{id}", None),
        lambda id: ("POST", f"{USERS}/patients/{id}/enabled-state/DISABLED", None),
        lambda id: ("DELETE", f"{PEOPLE}/{id.upper()}?x=1", None),
        lambda id: ("PATCH", f"{PEOPLE}/{id}", {"_enabled": "DISABLED"}),
        lambda id: ("PATCH", f"{PEOPLE}/{id}", {"_email": "nobody@example.org", "_canLogin": False}),
        lambda id: ("PATCH", f"{ORGANIZATIONS}/{TENANT_ID}", {"_primaryAdministrator": None}),
    ],
    ids=["another-type", "another-state", "another-case", "attribute", "email", "primary"],
)
def test_no_way_around_locks_anybody_out(emulator: Emulator, call: Callable[[str], Call]) -> None:
    method, path, body = call(_self(emulator))

    emulator.call(method, path, json=body)

    assert emulator.as_user(emulator.username, emulator.password).call("GET", PEOPLE + "/self").body["_enabled"]


def test_moved_into_an_organization_that_is_deleted_the_administrator_still_logs_in(emulator: Emulator) -> None:
    moved = emulator.call("POST", ORGANIZATIONS, json={"_name": "Clinic", "_primaryAdministrator": ADA}).body
    emulator.call("PATCH", f"{PEOPLE}/{_self(emulator)}", json={"_ownerOrganization": {"id": moved["_id"]}})
    emulator.call("DELETE", f"{ORGANIZATIONS}/{moved['_id']}")

    assert emulator.as_user(emulator.username, emulator.password).call("POST", "/_emulator/reset").status_code == 204


def test_a_service_user_with_every_permission_cannot_lock_out_the_administrator(emulator: Emulator) -> None:
    service = {"name": "root", "roleId": ADMINISTRATOR_ROLE_ID, "type": "EXTERNAL_SERVICE"}
    made = emulator.call("POST", SERVICES, json=service).body
    keys = {"id": made["id"], "secretKey": made["secretKeyData"]["secretKey"]}
    token = emulator.call("POST", f"{SERVICES}/accessToken", json=keys).body["accessToken"]
    other = Client(emulator.url, token)

    reply = other.call("DELETE", f"{PEOPLE}/{_self(emulator)}")

    assert (reply.status_code, reply.body["code"]) == (409, "USER_IS_ORGANIZATION_ADMIN")


@pytest.mark.parametrize("kind", ["organizations", "caregivers", "patients"])
def test_everybody_else_can_be_disabled_and_deleted(emulator: Emulator, kind: str) -> None:
    id = emulator.call("POST", f"{USERS}/{kind}", json=ADA).body["_id"]

    disabled = emulator.call("POST", f"{USERS}/{kind}/{id}/enabled-state/DISABLED")
    enabled = emulator.call("POST", f"{USERS}/{kind}/{id}/enabled-state/ENABLED")

    assert (disabled.body["_enabled"], enabled.body["_enabled"]) == ("DISABLED", "ENABLED")
    assert emulator.call("DELETE", f"{USERS}/{kind}/{id}").status_code == 204


def test_the_administrator_may_be_enabled_as_it_is(emulator: Emulator) -> None:
    assert emulator.call("POST", f"{PEOPLE}/{_self(emulator)}/enabled-state/ENABLED").status_code == 200
