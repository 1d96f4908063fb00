"""The roles that people create for service users."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator

ROLES = "/ums/v2/admin/roles"


def test_a_role_is_created_found_and_deleted(emulator: Emulator) -> None:
    body = {"name": "plugins", "description": "all of them", "permissionIds": ["x"]}
    created = emulator.call("POST", ROLES, json=body)
    assert (created.status_code, created.body["type"]) == (201, "INTERNAL")
    assert body.items() <= created.body.items()
    assert emulator.call("GET", ROLES).body["data"] == [created.body]
    again = emulator.call("POST", ROLES, json={"name": "plugins"})
    assert (again.status_code, again.body["code"]) == (409, "ROLE_ALREADY_EXISTS")
    path = f"{ROLES}/{created.body['id']}"
    assert [emulator.call("DELETE", path).status_code for _ in range(2)] == [204, 404]
    assert emulator.call("GET", ROLES).body["data"] == []


@pytest.mark.parametrize("body", [{}, {"name": "x" * 101}, {"name": 1}, {"name": "x", "permissionIds": "y"}])
def test_what_is_no_role_is_refused(emulator: Emulator, body: dict[str, Any]) -> None:
    assert emulator.call("POST", ROLES, json=body).status_code == 400


def test_who_is_no_administrator_creates_none(emulator: Emulator) -> None:
    token = emulator.platform.tokens.sign_for("interceptor")
    assert Client(emulator.url, token).call("POST", ROLES, json={"name": "x"}).status_code == 403
