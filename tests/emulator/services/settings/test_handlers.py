"""The APIs of settings: who may use them, and the lists of what can be subscribed to."""

from __future__ import annotations

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from tests.emulator.conftest import interception
from tests.emulator.services.settings.test_plugins import CODE, CREATE, DEMO, PLUGINS, create, patch, send

pytestmark = pytest.mark.slow


def test_nobody_manages_plugins_without_the_permission(emulator: Emulator) -> None:
    create(emulator, CODE)
    role = "00000000-0000-0000-0000-000000000009"
    service = emulator.call("POST", "/ums/v2/services", json={"roleId": role, "type": "EXTERNAL_SERVICE"}).body
    credentials = {"id": service["id"], "secretKey": service["secretKeyData"]["secretKey"]}
    token = emulator.call("POST", "/ums/v2/services/accessToken", json=credentials).body["accessToken"]
    for client, status, code in (
        (Client(emulator.url), 401, "TOKEN_NOT_VALID"),
        (Client(emulator.url, token), 403, "ACCESS_DENIED"),
    ):
        for method, path in (
            ("POST", PLUGINS),
            ("PUT", DEMO),
            ("PATCH", DEMO),
            ("GET", DEMO),
            ("GET", PLUGINS),
            ("DELETE", DEMO),
        ):
            reply = send(client, method, path, {})
            assert (reply.status_code, reply.body["code"]) == (status, code)


def test_the_lists_of_what_can_be_subscribed_to(emulator: Emulator) -> None:
    found = emulator.search("/settings/v1/interceptions", {"limit": 1000})
    assert {"entityTypeName": "patient", "servicePrefix": "/organization", "apiId": CREATE} in found
    assert {"entityTypeName": "patient", "servicePrefix": "/organization"} in found
    hooks = [
        interception("PRE_REQUEST", one["apiId"])
        if "apiId" in one
        else interception("ADAPT_ENTITY", one["entityTypeName"])
        for one in found
    ]
    assert create(emulator, subscriptions={"interceptions": hooks}).status_code == 201
    actions = emulator.call("GET", "/settings/v2/entity-types/action-notifications").body["entityTypes"]
    assert {
        "entityName": "usage-session",
        "entityDisplayName": "Usage session",
        "actionName": "_remoteStart",
        "actionDisplayName": "Remote start",
    } in actions
    wanted = [{"entityTypeName": one["entityName"], "actionName": one["actionName"]} for one in actions]
    assert patch(emulator, {"subscriptions": {"notifications": wanted}}).status_code == 200


def test_an_action_that_is_never_told_of_can_be_subscribed_to_all_the_same(emulator: Emulator) -> None:
    never = {"entityTypeName": "patient", "actionName": "_resendInvitation"}
    assert create(emulator, subscriptions={"notifications": [never]}).body["subscriptions"]["notifications"] == [never]
    told = emulator.call("GET", "/settings/v2/entity-types/action-notifications").body["entityTypes"]
    assert "_resendInvitation" not in {one["actionName"] for one in told}
    subscribed = {**never, "endpoint": "https://one.example.org"}
    assert emulator.call("POST", "/dispatcher/v1/hooks/notifications/subscribe", json=subscribed).status_code == 201


def test_the_credentials_for_images_last_an_hour(emulator: Emulator) -> None:
    found = emulator.call("GET", f"{PLUGINS}/docker-repository/temp-credentials").body
    assert set(found["credentials"]) == {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"}
    assert found["repositoryUri"] == f"{emulator.url.removeprefix('http://')}/plugins"
