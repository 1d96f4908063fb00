"""Service users on a real platform: made once, with keys that work, and gone without a trace."""

from __future__ import annotations

import pytest

from biot_emulator.client import Client
from biot_emulator.services.ums import service_users
from biot_emulator.testing import Emulator
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.errors import Refusal
from biot_plugin_cli.platform.service_users import (
    ServiceKey,
    delete_service_user,
    ensure_service_user,
    find_secret_keys,
    find_service_user,
    has_service_user,
    new_secret_key,
)
from tests.scaffold.subscriptions.dispatcher import client_of

NAME = "demo (own account)"
SERVICES = "/ums/v2/services"
ROLES = "/ums/v2/admin/roles"


@pytest.fixture
def client(emulator: Emulator) -> PlatformClient:
    return client_of(emulator)


def can_log_in(emulator: Emulator, key: ServiceKey) -> bool:
    body = {"id": key.user_id, "secretKey": key.value}
    return Client(emulator.url).call("POST", f"{SERVICES}/accessToken", json=body).status_code == 200


def test_a_service_user_is_made_once(emulator: Emulator, client: PlatformClient) -> None:
    assert find_service_user(client, NAME) is None
    user = ensure_service_user(client, NAME)
    again = ensure_service_user(client, NAME)
    assert (user.created, again.created, again.id, again.name) == (True, False, user.id, NAME)
    assert user.secret_key is not None and can_log_in(emulator, user.secret_key)
    assert user.secret_key.value not in repr(user)
    assert [role["name"] for role in emulator.call("GET", ROLES).body["data"]] == [NAME]


def test_with_a_role_no_role_is_made(emulator: Emulator, client: PlatformClient) -> None:
    role = emulator.call("POST", ROLES, json={"name": "plugins"}).body["id"]
    assert ensure_service_user(client, NAME, role).role_id == role
    assert len(emulator.call("GET", ROLES).body["data"]) == 1
    delete_service_user(client, NAME)
    assert len(emulator.call("GET", ROLES).body["data"]) == 1


def test_the_role_of_an_interrupted_run_is_used(emulator: Emulator, client: PlatformClient) -> None:
    role = emulator.call("POST", ROLES, json={"name": NAME}).body["id"]
    assert ensure_service_user(client, NAME).role_id == role


def test_keys_are_renewed_however_often(emulator: Emulator, client: PlatformClient) -> None:
    user = ensure_service_user(client, NAME)
    assert user.secret_key is not None
    keys = [user.secret_key, *(new_secret_key(client, user.id) for _ in range(3))]
    assert [can_log_in(emulator, key) for key in keys] == [False, False, True, True]
    assert find_secret_keys(client, user.id) == (keys[2].id, keys[3].id)


def test_the_key_that_is_used_is_never_deleted(emulator: Emulator, client: PlatformClient) -> None:
    user = ensure_service_user(client, NAME)
    assert user.secret_key is not None
    first, second = user.secret_key, new_secret_key(client, user.id)
    third = new_secret_key(client, user.id, [first.id])
    fourth = new_secret_key(client, user.id, [first.id, third.id])
    keys = (first, second, third, fourth)
    assert [can_log_in(emulator, key) for key in keys] == [True, False, False, True]


def test_where_the_platform_allows_one_key_the_used_one_stays(
    emulator: Emulator, client: PlatformClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_users, "MAX_SECRET_KEYS", 1)
    user = ensure_service_user(client, NAME)
    assert user.secret_key is not None
    with pytest.raises(OperationFailed, match=r"no second secret key.*: disable the plugin"):
        new_secret_key(client, user.id, [user.secret_key.id])
    assert can_log_in(emulator, user.secret_key)


def test_nothing_is_left_after_deletion(emulator: Emulator, client: PlatformClient) -> None:
    before = emulator.call("GET", SERVICES).body["data"]
    ensure_service_user(client, f"{NAME} 2")
    ensure_service_user(client, NAME)
    delete_service_user(client, NAME)
    delete_service_user(client, NAME)
    assert find_service_user(client, NAME) is None
    assert find_service_user(client, f"{NAME} 2") is not None
    delete_service_user(client, f"{NAME} 2")
    assert emulator.call("GET", SERVICES).body["data"] == before
    assert emulator.call("GET", ROLES).body["data"] == []


def test_the_role_that_an_interrupted_deletion_has_left_is_there_to_delete(
    emulator: Emulator, client: PlatformClient
) -> None:
    assert not has_service_user(client, NAME)
    user = ensure_service_user(client, NAME)
    client.change("DELETE", f"{SERVICES}/{user.id}")
    assert find_service_user(client, NAME) is None
    assert has_service_user(client, NAME)
    delete_service_user(client, NAME)
    assert not has_service_user(client, NAME)


@pytest.mark.parametrize("name", ["x" * 101, ""])
def test_what_the_platform_refuses_is_an_error(client: PlatformClient, name: str) -> None:
    with pytest.raises(Refusal):
        ensure_service_user(client, name)


def test_a_platform_that_makes_no_roles_is_named(client: PlatformClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Refusal("no such call", 404)

    monkeypatch.setattr(client, "send_json", refuse)
    with pytest.raises(OperationFailed, match="create one in its console"):
        ensure_service_user(client, NAME)
