from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.services.entities.captions import caption


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ({"_id": "1", "_name": {"firstName": "Ada", "lastName": "Lovelace"}}, "Ada Lovelace"),
        ({"_id": "1", "_name": {"lastName": "Lovelace"}}, "Lovelace"),
        ({"_id": "1", "_name": "Clinic"}, "Clinic"),
        ({"_id": "d-1"}, "d-1"),
    ],
)
def test_an_entity_has_its_name_or_its_id(entity: dict[str, Any], text: str) -> None:
    assert caption(entity) == text
