"""People's log-ins as such: one's own, and everybody's for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.security.well_known_ids import TENANT_ID
from biot_emulator.services.ums import passwords
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import comparing_what_is_left
from tests.emulator.people import PASSWORD, USERS, accept, created, person

UMS = "/ums/v2/users"
SELF, LOGIN = f"{UMS}/self", f"{UMS}/login"
NOBODY = "00000000-0000-0000-0000-00000000dead"
NEW = "Another8password"
MFA = {"enabled": True, "phone": "+4915112345678"}


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def member(emulator: Emulator, name: str) -> tuple[str, Client]:
    """Create a caregiver who has logged in; return its id with it."""
    id = created(emulator.call("POST", f"{USERS}/caregivers", json=person(name, f"{name}@example.com")))
    return id, accept(emulator, f"{name}@example.com")


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status_code, reply.body["code"]


def logs_in(emulator: Emulator, username: str, password: str) -> bool:
    reply = Client(emulator.url).call("POST", LOGIN, json={"username": username, "password": password})
    assert reply.status_code in (200, 401, 403)
    return reply.status_code == 200


def test_ones_own_log_in(emulator: Emulator) -> None:
    id, caller = member(emulator, "own")
    found = caller.call("GET", SELF)
    expected = {"id": id, "username": "own@example.com", "ownerOrganizationId": TENANT_ID, "credentialType": "PASSWORD"}
    assert found.status_code == 200
    assert {**expected, "active": True, "locked": False, "groups": []}.items() <= found.body.items()
    assert not {"hash", "password"} & set(found.body)


def test_a_changed_password_ends_the_other_log_ins(emulator: Emulator) -> None:
    _, here = member(emulator, "changes")
    elsewhere = emulator.as_user("changes@example.com", PASSWORD)
    changed = here.call("PATCH", SELF, json={"password": {"current": PASSWORD, "new": NEW}})
    assert changed.status_code == 200
    assert (here.call("GET", SELF).status_code, elsewhere.call("GET", SELF).status_code) == (200, 401)
    assert not logs_in(emulator, "changes@example.com", PASSWORD)
    assert logs_in(emulator, "changes@example.com", NEW)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"password": {"current": "wrong", "new": NEW}}, "INVALID_PASSWORD"),
        ({"password": {"current": PASSWORD, "new": "short1A"}}, "INVALID_PASSWORD"),
        ({"password": {"current": PASSWORD, "new": "no-digit-and-no-capital"}}, "INVALID_PASSWORD"),
        ({"password": {"current": PASSWORD, "new": PASSWORD}}, "PASSWORD_ALREADY_USED"),
        ({"password": {"current": PASSWORD}}, "BAD_REQUEST"),
        ({"password": "x"}, "BAD_REQUEST"),
        ({"mfa": {"enabled": True}}, "BAD_REQUEST"),
        ({"mfa": {"enabled": True, "phone": "1234"}}, "BAD_REQUEST"),
        ({"mfa": {**MFA, "expirationInMinutes": 1441}}, "BAD_REQUEST"),
    ],
)
def test_what_is_no_change_of_ones_own_log_in(emulator: Emulator, body: Any, code: str) -> None:
    name = f"none-{abs(hash(str(body)))}"
    _, caller = member(emulator, name)
    assert refused(caller.call("PATCH", SELF, json=body)) == (400, code)
    assert logs_in(emulator, f"{name}@example.com", PASSWORD)


def test_a_second_step_of_ones_own(emulator: Emulator) -> None:
    _, caller = member(emulator, "steps")
    assert caller.call("PATCH", SELF, json={"mfa": MFA}).body["mfa"] == MFA
    body = {"username": "steps@example.com", "password": PASSWORD}
    assert Client(emulator.url).call("POST", LOGIN, json=body).body["mfaRequired"] is True


def test_whoever_deletes_the_own_log_in_is_logged_out(emulator: Emulator) -> None:
    _, caller = member(emulator, "leaves")
    assert caller.call("DELETE", SELF).status_code == 204
    assert caller.call("GET", SELF).status_code == 401
    assert not logs_in(emulator, "leaves@example.com", PASSWORD)


def test_users_are_searched_read_changed_and_deleted(emulator: Emulator) -> None:
    id, caller = member(emulator, "managed")
    page = emulator.call("GET", UMS).body
    assert id in [user["id"] for user in page["data"]]
    assert all("creationTime" not in user for user in page["data"])
    changed = emulator.call("PATCH", f"{UMS}/{id}", json={"username": "renamed", "locked": True, "mfa": MFA})
    expected = {"username": "renamed", "locked": True, "mfa": MFA}
    assert changed.status_code == 200
    assert expected.items() <= changed.body.items()
    assert changed.body == emulator.call("GET", f"{UMS}/{id}").body
    assert caller.call("GET", SELF).status_code == 401
    body = {"username": "renamed", "password": PASSWORD}
    assert refused(Client(emulator.url).call("POST", LOGIN, json=body)) == (401, "USER_LOCKED")
    emulator.call("PATCH", f"{UMS}/{id}", json={"locked": False, "groupIds": [], "idPs": ["UMS"]})
    assert emulator.call("DELETE", f"{UMS}/{id}").status_code == 204
    assert refused(emulator.call("GET", f"{UMS}/{id}")) == (404, "USER_NOT_FOUND")
    assert emulator.call("GET", f"{USERS}/caregivers/{id}").status_code == 200


def test_a_user_that_is_no_longer_active_is_a_disabled_person(emulator: Emulator) -> None:
    id, caller = member(emulator, "inactive")
    assert emulator.call("PATCH", f"{UMS}/{id}", json={"active": False}).body["active"] is False
    assert emulator.call("GET", f"{USERS}/caregivers/{id}").body["_enabled"] == "DISABLED"
    assert caller.call("GET", SELF).status_code == 401
    emulator.call("PATCH", f"{UMS}/{id}", json={"active": True})
    assert caller.call("GET", SELF).status_code == 200


def test_a_change_that_is_refused_changes_nothing(emulator: Emulator) -> None:
    id, _ = member(emulator, "unchanged")
    before = emulator.call("GET", f"{UMS}/{id}").body
    for change in ({"username": emulator.username}, {"groupIds": [NOBODY]}, {"mfa": {"enabled": True}}):
        assert (
            emulator.call("PATCH", f"{UMS}/{id}", json={"active": False, "locked": True, **change}).status_code >= 400
        )
    assert emulator.call("GET", f"{UMS}/{id}").body == before
    assert emulator.call("GET", f"{USERS}/caregivers/{id}").body["_enabled"] == "ENABLED"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "details"),
    [
        ("GET", f"{UMS}/{NOBODY}", None, 404, "USER_NOT_FOUND", {"id"}),
        ("PATCH", f"{UMS}/{NOBODY}", {}, 404, "USER_NOT_FOUND", {"id"}),
        ("DELETE", f"{UMS}/{NOBODY}", None, 404, "USER_NOT_FOUND", {"id"}),
        ("POST", f"{UMS}/{NOBODY}/password/generate", None, 404, "USER_NOT_FOUND", {"id"}),
        ("GET", f"{UMS}/none", None, 400, "BAD_REQUEST", set()),
        ("PATCH", "{user}", {"username": "ADMIN@LOCALHOST"}, 409, "USERNAME_ALREADY_EXISTS", {"username"}),
        ("PATCH", "{user}", {"username": "abc"}, 400, "BAD_REQUEST", set()),
        ("PATCH", "{user}", {"groupIds": [NOBODY]}, 404, "GROUPS_NOT_FOUND", {"ids"}),
        ("PATCH", "{user}", {"idPs": ["SAML"]}, 400, "BAD_REQUEST", set()),
        ("PATCH", "{user}", {"active": "yes"}, 400, "BAD_REQUEST", set()),
        ("POST", "{texting}/password/generate", None, 400,
         "CHANGE_PASSWORD_NOT_SUPPORTED_FOR_USER_WITHOUT_PASSWORD_TYPE", {"id"}),
        ("PATCH", "/ums/v2/services/{service}", {"roleId": NOBODY}, 404,
         "ROLE_NOT_FOUND_IN_SUPPORTED_TYPES", {"id", "types"}),
    ],
)  # fmt: skip
def test_what_is_refused_of_users_has_its_published_code(
    emulator: Emulator,
    ids: dict[str, str],
    method: str,
    path: str,
    body: Any,
    status: int,
    code: str,
    details: set[str],
) -> None:
    reply = emulator.call(method, path.format(**ids), json=body)
    assert (refused(reply), set(reply.body["details"])) == ((status, code), details)


@pytest.fixture(scope="module")
def ids(emulator: Emulator) -> dict[str, str]:
    user, _ = member(emulator, "subject")
    codes = person("Codes", _credentialType="OTP", _phone="+4915199999999")
    texting = created(emulator.call("POST", f"{USERS}/caregivers", json=codes))
    body = {"type": "EXTERNAL_SERVICE", "roleId": "00000000-0000-0000-0000-000000000002"}
    service = emulator.call("POST", "/ums/v2/services", json=body).body["id"]
    return {"user": f"{UMS}/{user}", "texting": f"{UMS}/{texting}", "service": service}


def test_a_generated_password_is_shown_once(emulator: Emulator) -> None:
    id, caller = member(emulator, "generated")
    made = emulator.call("POST", f"{UMS}/{id}/password/generate")
    assert (made.status_code, made.body["userId"]) == (201, id)
    assert caller.call("GET", SELF).status_code == 401
    assert logs_in(emulator, "generated@example.com", made.body["userPassword"])
    assert made.body["userPassword"] not in str(emulator.call("GET", f"{UMS}/{id}").body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", SELF, None),
        ("DELETE", "{id}", None),
        ("PATCH", SELF, {"mfa": MFA}),
        ("PATCH", "{id}", {"mfa": MFA}),
        ("PATCH", "{id}", {"locked": True}),
        ("PATCH", "{id}", {"active": False}),
        ("PATCH", "{id}", {"username": "somebody-else"}),
    ],
)
def test_the_first_administrator_cannot_lock_itself_out(emulator: Emulator, method: str, path: str, body: Any) -> None:
    id = emulator.call("GET", SELF).body["id"]
    reply = emulator.call(method, path.format(id=f"{UMS}/{id}"), json=body)
    assert refused(reply) == (403, "ACCESS_DENIED")
    assert logs_in(emulator, emulator.username, emulator.password)
    assert emulator.call("GET", "/_emulator/outbox").status_code == 200


def test_whoever_registers_opens_nothing_but_the_own_log_in(emulator: Emulator) -> None:
    body, header = {"username": "stranger", "password": PASSWORD}, {"owner-organization-id": TENANT_ID}
    made = Client(emulator.url).call("POST", SELF, json=body, headers=header)
    assert (made.status_code, made.body["ownerOrganizationId"]) == (201, TENANT_ID)
    stranger = emulator.as_user("stranger", PASSWORD)
    assert stranger.call("GET", SELF).body["id"] == made.body["id"]
    for path in (
        f"{USERS}/patients",
        f"{USERS}/self",
        "/organization/v1/organizations",
        UMS,
        "/file/v1/files/x/download",
    ):
        assert refused(stranger.call("GET", path)) == (403, "ACCESS_DENIED")
    again = Client(emulator.url).call("POST", SELF, json=body, headers=header)
    assert refused(again) == (409, "USERNAME_ALREADY_EXISTS")
    assert stranger.call("DELETE", SELF).status_code == 204


def test_no_more_register_than_there_is_room_for(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_MOST_REGISTERED", 1)
    header = {"owner-organization-id": TENANT_ID}
    replies = [
        Client(emulator.url).call("POST", SELF, json={"username": name, "password": PASSWORD}, headers=header)
        for name in ("number-1", "number-2")
    ]
    assert [reply.status_code for reply in replies] == [201, 429]
    assert emulator.call("DELETE", f"{UMS}/{replies[0].body['id']}").status_code == 204


@pytest.mark.parametrize(
    ("body", "header", "status"),
    [
        ({"username": "stranger", "password": "weak"}, TENANT_ID, 400),
        ({"username": "stranger"}, TENANT_ID, 400),
        ({"username": "abc", "password": PASSWORD}, TENANT_ID, 400),
        ({"username": "stranger", "credentialType": "OTP"}, TENANT_ID, 400),
        ({"username": "stranger", "password": PASSWORD, "credentialType": "SMOKE"}, TENANT_ID, 400),
        ({"username": "stranger", "password": PASSWORD}, NOBODY, 404),
        ({"username": "stranger", "password": PASSWORD}, None, 400),
    ],
)
def test_what_is_no_registration(emulator: Emulator, body: Any, header: str | None, status: int) -> None:
    headers = {"owner-organization-id": header} if header else {}
    assert Client(emulator.url).call("POST", SELF, json=body, headers=headers).status_code == status
    assert "stranger" not in [user["username"] for user in emulator.call("GET", UMS).body["data"]]


def test_a_role_that_was_created_allows_what_it_says(emulator: Emulator) -> None:
    permissions = ["UMS_USERS_SEARCH_USER"]
    role = emulator.call("POST", "/ums/v2/admin/roles", json={"name": "searcher", "permissionIds": permissions}).body
    body = {"type": "EXTERNAL_SERVICE", "roleId": role["id"]}
    made = emulator.call("POST", "/ums/v2/services", json=body).body
    secret = {"id": made["id"], "secretKey": made["secretKeyData"]["secretKey"]}
    token = emulator.call("POST", "/ums/v2/services/accessToken", json=secret).body["accessToken"]
    service = Client(emulator.url, token)
    assert service.call("GET", UMS).status_code == 200
    assert service.call("GET", f"{USERS}/patients").status_code == 200
    assert refused(service.call("GET", f"{UMS}/{NOBODY}")) == (403, "ACCESS_DENIED")
    # What the role no longer allows, tokens from before do not either.
    emulator.call("DELETE", f"/ums/v2/admin/roles/{role['id']}")
    assert refused(service.call("GET", UMS)) == (403, "ACCESS_DENIED")
