"""Whose tokens the platform takes, and when it does not any more."""

from __future__ import annotations

import pytest

from biot_emulator.client import Client
from biot_emulator.security.token_scopes import TokenKind
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID
from biot_emulator.testing import Emulator

SERVICES = "/ums/v2/services"
PLUGINS = "/settings/v2/plugins"


def service_user(emulator: Emulator, type: str) -> tuple[str, Client]:
    """Make a service user with every permission, and log it in."""
    made = emulator.call("POST", SERVICES, json={"roleId": ADMINISTRATOR_ROLE_ID, "type": type}).body
    credentials = {"id": made["id"], "secretKey": made["secretKeyData"]["secretKey"]}
    token = emulator.call("POST", f"{SERVICES}/accessToken", json=credentials).body["accessToken"]
    return made["id"], Client(emulator.url, token)


@pytest.mark.parametrize("type", ["INTERNAL_SERVICE", "EXTERNAL_SERVICE"])
def test_the_tokens_of_a_service_user_end_with_it(emulator: Emulator, type: str) -> None:
    id, client = service_user(emulator, type)
    assert client.call("GET", PLUGINS).status_code == 200
    for active, status in ((False, 401), (True, 200)):
        emulator.call("PATCH", f"{SERVICES}/{id}", json={"active": active})
        assert client.call("GET", PLUGINS).status_code == status
    assert emulator.call("DELETE", f"{SERVICES}/{id}").status_code == 204
    for method, path in (("GET", PLUGINS), ("DELETE", "/_emulator/invocations")):
        reply = client.call(method, path)
        assert (reply.status_code, reply.body["code"]) == (401, "TOKEN_NOT_VALID")


@pytest.mark.parametrize("kind", ["interceptor", "notification"])
def test_the_tokens_that_plugins_are_told_are_good(emulator: Emulator, kind: TokenKind) -> None:
    client = Client(emulator.url, emulator.platform.tokens.sign_for(kind))
    assert client.call("GET", "/organization/v1/users/patients").status_code == 200
    assert client.call("GET", PLUGINS).status_code == 403


def test_every_api_that_is_not_public_requires_a_permission(emulator: Emulator) -> None:
    # Whoever is in the middle of a log-in has a valid token, and no permission but to finish it.
    modelled = [route for route in emulator.platform.router if not route.not_modelled]
    assert [route.api_id for route in modelled if not route.public and not route.permission] == []
