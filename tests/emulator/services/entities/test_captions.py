from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.services.entities.captions import caption

ADA = {"firstName": "Ada", "lastName": "Lovelace"}


@pytest.mark.parametrize(
    ("type_name", "entity", "text"),
    [
        ("patient", {"_id": "1", "_name": ADA}, "Lovelace Ada"),
        ("patient", {"_id": "1", "_name": ADA, "_nationalId": "36"}, "Lovelace Ada (36)"),
        ("caregiver", {"_id": "1", "_name": {"lastName": "Lovelace"}, "_employeeId": "E7"}, "Lovelace (E7)"),
        ("organization", {"_id": "1", "_name": "Clinic"}, "Clinic"),
        ("patient-alert", {"_id": "1", "_name": None}, "1"),
        ("device", {"_id": "d-1"}, "d-1"),
        ("registration-code", {"_id": "1", "_code": "secret-7"}, "secret-7"),
    ],
)
def test_an_entity_has_its_name_or_its_id(type_name: str, entity: dict[str, Any], text: str) -> None:
    assert caption(type_name, entity) == text
