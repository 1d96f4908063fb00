"""Service users, created and changed."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID
from biot_emulator.testing import Emulator

SERVICES = "/ums/v2/services"


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({}, ["roleId", "type"]),
        ({"type": "EXTERNAL_SERVICE", "roleId": None}, ["roleId"]),
        ({"roleId": ADMINISTRATOR_ROLE_ID, "name": "a"}, ["type"]),
    ],
)
def test_what_a_service_user_needs_is_named(emulator: Emulator, body: dict[str, Any], missing: list[str]) -> None:
    before = emulator.search(SERVICES)
    reply = emulator.call("POST", SERVICES, json=body)
    assert (reply.status_code, reply.body["code"]) == (400, "MISSING_PARAMETERS")
    assert reply.body["details"] == {"parameters": missing}
    assert emulator.search(SERVICES) == before
