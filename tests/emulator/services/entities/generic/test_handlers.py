"""Generic entities, by both versions of their API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.services.entities.world import GENERIC, World


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "ATTRIBUTE_IS_MANDATORY"),
        ({"_name": None}, "ATTRIBUTE_IS_MANDATORY"),
        ({"_name": 7}, "ATTRIBUTE_VALUE_TYPE_MISMATCH"),
        ({"_name": "x" * 33}, "VALIDATION_MAX_ALLOWED_VALUE"),
    ],
)
def test_a_generic_entity_has_a_name_of_some_length(world: World, body: Any, code: str) -> None:
    refused = world("POST", GENERIC, body)

    assert (refused.status_code, refused.body["code"]) == (400, code)


@pytest.mark.parametrize("name", ["", None])
def test_a_name_is_not_removed(world: World, name: Any) -> None:
    path = f"{GENERIC}/{world.made(GENERIC, {'_name': 'one'})['_id']}"

    refused = world("PATCH", path, {"_name": name})

    assert (refused.status_code, refused.body["code"]) == (400, "INVALID_GENERIC_ENTITY_NAME")
    assert world("PATCH", path, {"_ownerOrganization": None}).status_code == 400
    assert world("PATCH", path, {"_name": "two"}).body["_name"] == "two"
