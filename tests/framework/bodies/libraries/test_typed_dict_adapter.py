from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from typing_extensions import NotRequired, TypedDict

from biot_plugin import AdaptEntity, Plugin
from biot_plugin.testing import Client
from tests.framework.bodies.patients import edit, send, sent


class Contact(TypedDict):
    name: str


class Patient(TypedDict, total=False):
    age: int
    born: date
    contacts: list[Contact]
    doctor: NotRequired[Contact]


BODY: dict[str, Any] = {
    "age": 40,
    "born": "1985-12-10",
    "contacts": [{"name": "a", "x": 1}, {"name": "b", "x": 2}],
    "y": 1.0,
}


@pytest.mark.parametrize("body", [BODY, {}, None])
def test_what_nobody_touched_goes_back_as_it_came(body: Any) -> None:
    assert sent(Patient, body, lambda value: None) == body


def test_it_is_the_json_itself() -> None:
    def change(body: Any) -> None:
        assert body["born"] == "1985-12-10"
        body["contacts"].reverse()
        body["doctor"] = {**body["contacts"][0], "name": "c"}

    assert sent(Patient, BODY, change) == {
        **BODY,
        "contacts": BODY["contacts"][::-1],
        "doctor": {"name": "c", "x": 2},
    }
    assert sent(Patient, None, edit(lambda body: body.update(age=0))) == {"age": 0}


def test_what_json_has_no_type_for_is_converted() -> None:
    assert sent(Patient, {"x": 1}, edit(lambda body: body.update(born=date(2020, 1, 2)))) == {
        "x": 1,
        "born": "2020-01-02",
    }
    reply = send(Patient, {"x": 1}, edit(lambda body: body.update(born=object())))
    assert reply.error
    assert reply.error.code == "INVALID_RESULT"


def test_entities_are_validated_where_they_were_read(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def change(event: AdaptEntity[Patient]) -> None:
        event.entities[1]["age"] = "x"  # type: ignore[typeddict-item]

    reply = Client(plugin).adapt_entity("patient", entities=[BODY, BODY])
    assert reply.error
    assert reply.error.message.endswith("leaves entity 1 so that it does not match the handler's model: age")
