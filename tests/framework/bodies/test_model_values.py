# pyright: reportInvalidTypeForm=false
# The models are parameters of the tests here, which type checkers cannot follow.
from __future__ import annotations

from typing import Any

import pytest

from biot_plugin import AdaptEntity, Plugin, PreRequest
from biot_plugin.testing import Client
from tests.framework.bodies.patients import (
    BODY,
    PATIENTS,
    DataclassPatient,
    PydanticPatient,
    StructName,
    StructPatient,
    TypedPatient,
)


@pytest.mark.parametrize("model", [DataclassPatient, TypedPatient, PydanticPatient, StructPatient])
def test_entities_are_models(plugin: Plugin, model: Any) -> None:
    @plugin.adapt_entity("patient")
    def keep_the_last(event: AdaptEntity[model]) -> Any:
        assert len(event.entities) == 2
        return event.entities[1:]

    entities = [
        {**BODY, "_id": "1", "visits": [], "age": 1},
        {**BODY, "_id": "2", "visits": [], "age": 2, "unnamed": {"é": None}},
    ]
    client = Client(plugin)
    assert client.adapt_entity("patient", entities=entities).response.entities == entities[1:]
    assert client.adapt_entity("patient", entities=[{}]).status_code == 400
    assert client.adapt_entity("patient", fields={"response": {"entities": {}}}).status_code == 400


def test_entities_that_are_added_may_be_models_or_plain(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def add(event: AdaptEntity[StructPatient]) -> None:
        event.entities.append(StructPatient("new", StructName("Ada")))
        event.entities.append({"plain": 1})  # type: ignore[arg-type]

    entities = Client(plugin).adapt_entity("patient", entities=[BODY]).response.entities
    assert entities == [
        BODY,
        {"mrn": "new", "_name": {"firstName": "Ada"}, "_dateOfBirth": None, "tags": []},
        {"plain": 1},
    ]


def test_a_plain_body_may_take_the_models_place(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def replace(event: PreRequest[StructPatient]) -> dict[str, int]:
        return {"plain": 1}

    assert Client(plugin).pre_request(PATIENTS, body=BODY).request.body == {"plain": 1}
