"""What a warm event costs, by its causes: validations, visits and serializations, and never a clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict
from unittest.mock import Mock

import msgspec
import pydantic
import pytest

from biot_plugin import AdaptEntity, Plugin
from biot_plugin.bodies.libraries.msgspec_adapter import MsgspecModel
from biot_plugin.bodies.libraries.pydantic_adapter import PydanticModel
from biot_plugin.bodies.model_writer import Writer
from biot_plugin.testing import Context, events
from biot_plugin.wire import strict_json
from biot_plugin.wire.envelope import Envelope

COUNT = 100
CONTEXT: Any = Context()


class TypedPatient(TypedDict):
    mrn: str
    visits: list[int | float]


@dataclass
class DataPatient:
    mrn: str
    visits: list[int | float]


class StructPatient(msgspec.Struct):
    mrn: str
    visits: list[int | float]


class PydanticPatient(pydantic.BaseModel):
    mrn: str
    visits: list[int | float]


MODELS = [TypedPatient, DataPatient, StructPatient, PydanticPatient]
OBJECTS = MODELS[1:]


def patient(number: int) -> dict[str, Any]:
    """An entity with more than its model names."""
    return {"mrn": str(number), "visits": [number, 1], "_name": {"firstName": "Ada"}, "note": "x" * 80}


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Mock:
    """Count the calls of a function, with their arguments; it does what it did."""
    original = getattr(owner, name)
    counter = Mock()

    def call(*arguments: Any, **options: Any) -> Any:
        counter(*arguments)
        return original(*arguments, **options)

    monkeypatch.setattr(owner, name, call)
    return counter


def event_of_many() -> dict[str, Any]:
    """An event of many entities, which is large enough for its text to be remembered."""
    event = events.adapt_entity("patient", entities=[patient(number) for number in range(COUNT)])
    assert len(event["body"]) > strict_json.LARGE
    return event


def reply_of(
    plugin: Plugin, model: Any, change: Callable[[list[Any]], object], event: dict[str, Any] | None = None
) -> str:
    """The text of the reply to an event of many entities."""

    def handle(event: Any) -> None:
        change(event.entities)

    handle.__annotations__["event"] = AdaptEntity[model]
    plugin.adapt_entity("patient")(handle)
    reply: Any = plugin.handler(event or event_of_many(), CONTEXT)
    assert reply["statusCode"] == 200, reply
    return str(reply["body"])


@pytest.fixture
def unverified(monkeypatch: pytest.MonkeyPatch) -> Plugin:
    """A plugin that takes calls without a token."""
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", "false")
    return Plugin()


def read(entities: list[Any]) -> None:
    assert len(entities) == COUNT
    for each in entities:
        assert each["mrn"] if isinstance(each, dict) else each.mrn


def change_all(entities: list[Any]) -> None:
    for each in entities:
        if isinstance(each, dict):
            each["mrn"] = "changed"
        else:
            each.mrn = "changed"


@pytest.mark.parametrize("model", MODELS)
def test_entities_that_were_read_are_validated_at_once_and_go_back_as_their_text(
    unverified: Plugin, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = PydanticModel if model is PydanticPatient else MsgspecModel
    single, several = counted(monkeypatch, adapter, "load"), counted(monkeypatch, adapter, "load_all")
    written = counted(monkeypatch, Writer, "write")
    sent = json.loads(reply_of(unverified, model, read))["response"]["entities"]
    assert sent == [patient(number) for number in range(COUNT)]
    assert (single.call_count, several.call_count, written.call_count) == (0, 1, 0)


@pytest.mark.parametrize("model", OBJECTS)
def test_what_no_handler_changed_in_a_model_is_not_serialized(
    unverified: Plugin, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = event_of_many()
    written = counted(monkeypatch, strict_json, "dumps")
    reply_of(unverified, model, read, event)
    assert not written.call_args_list
    reply_of(Plugin(), model, change_all, event)
    assert written.call_args_list


@pytest.mark.parametrize("model", MODELS)
def test_entities_that_were_changed_are_validated_at_once_before_and_after(
    unverified: Plugin, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = PydanticModel if model is PydanticPatient else MsgspecModel
    single, several = counted(monkeypatch, adapter, "load"), counted(monkeypatch, adapter, "load_all")
    sent = json.loads(reply_of(unverified, model, change_all))["response"]["entities"]
    assert sent == [{**patient(number), "mrn": "changed"} for number in range(COUNT)]
    assert (single.call_count, several.call_count) == (0, 2)


def _set_unseen(value: Any, name: str, member: object) -> None:
    """Change a field without a call of the class's own `__setattr__`."""
    if isinstance(value, msgspec.Struct):
        msgspec.structs.force_setattr(value, name, member)
    else:
        vars(value)[name] = member


@pytest.mark.parametrize("model", OBJECTS)
@pytest.mark.parametrize(
    "change",
    [
        lambda entities: setattr(entities[7], "mrn", "changed"),
        lambda entities: entities[7].visits.append(2),
        lambda entities: entities[7].visits.__setitem__(0, 7.0),
        lambda entities: _set_unseen(entities[7], "mrn", "changed"),
    ],
)
def test_only_the_entity_that_was_changed_is_written(
    unverified: Plugin, model: Any, change: Callable[[list[Any]], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = counted(monkeypatch, Writer, "write")
    sent = json.loads(reply_of(unverified, model, change))["response"]["entities"]
    assert written.call_count == 1
    assert [place for place, entity in enumerate(sent) if repr(entity) != repr(patient(place))] == [7]


class WithAny(msgspec.Struct):
    mrn: str
    _name: Any = None


class WithExtra(pydantic.BaseModel, extra="allow"):
    mrn: str


class WithValidator(pydantic.BaseModel):
    mrn: str
    visits: list[int | float]

    @pydantic.field_validator("visits", mode="before")
    @classmethod
    def keep(cls, visits: list[int]) -> list[int]:
        return visits


class WithSet(msgspec.Struct):
    mrn: str
    visits: set[int]


SHARED: list[int] = []


class WithSharedDefault(msgspec.Struct):
    mrn: str
    marks: list[int] = msgspec.field(default_factory=lambda: SHARED)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (WithSet, lambda entities: entities[7].visits.add(70)),
        (WithExtra, lambda entities: entities[7].model_extra["_name"].update(firstName="changed")),
        (WithAny, lambda entities: entities[7]._name.update(firstName="changed")),
        (WithExtra, lambda entities: setattr(entities[7], "note", "changed")),
        (WithValidator, lambda entities: entities[7].visits.append(1)),
        (TypedPatient, lambda entities: entities[7]["_name"].update(firstName="changed")),
        (TypedPatient, lambda entities: entities[0]["_name"].update(firstName="changed")),
        (TypedPatient, lambda entities: entities.pop(7)),
        (TypedPatient, lambda entities: entities.clear()),
        (TypedPatient, lambda entities: entities[7].update(visits=(1, 2))),
        (TypedPatient, lambda entities: entities[0].update(note=date(2026, 1, 1))),
        (StructPatient, lambda entities: entities.reverse()),
        (StructPatient, lambda entities: entities.pop()),
    ],
)
def test_no_change_is_overlooked(unverified: Plugin, model: Any, change: Callable[[list[Any]], object]) -> None:
    sent = json.loads(reply_of(unverified, model, change))["response"]["entities"]
    assert sent != [patient(number) for number in range(COUNT)]


def test_a_default_that_all_entities_share_is_sent_for_all_of_them_once_it_was_changed(unverified: Plugin) -> None:
    SHARED.clear()
    sent = json.loads(reply_of(unverified, WithSharedDefault, lambda entities: entities[7].marks.append(1)))
    assert [entity["marks"] for entity in sent["response"]["entities"]] == [[1]] * COUNT


def test_what_is_nested_too_deeply_is_refused_with_a_sentence(unverified: Plugin) -> None:
    @unverified.adapt_entity("patient")
    def handle(event: AdaptEntity[TypedPatient]) -> None:
        nested: Any = []
        for _ in range(100_000):
            nested = [nested]
        unnamed: Any = {"note": nested}
        event.entities[0].update(unnamed)

    reply: Any = unverified.handler(event_of_many(), CONTEXT)
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "INVALID_RESULT")


@pytest.mark.parametrize("is_read", [False, True])
def test_a_small_event_is_taken_out_of_its_envelope_once_and_parsed_once(
    unverified: Plugin, monkeypatch: pytest.MonkeyPatch, is_read: bool
) -> None:
    @unverified.adapt_entity("patient")
    def handle(event: AdaptEntity) -> None:
        assert not is_read or event.entities

    event = events.adapt_entity("patient", entities=[patient(1)])
    taken, parsed = counted(monkeypatch, Envelope, "text"), counted(monkeypatch, strict_json, "loads")
    written = counted(monkeypatch, strict_json, "dumps")
    scan, lengths = strict_json.scan, []

    def counting_scan(text: str, start: int) -> tuple[Any, int]:
        value, end = scan(text, start)
        lengths.append(end - start)
        return value, end

    monkeypatch.setattr(strict_json, "scan", counting_scan)
    assert unverified.handler(event, CONTEXT)["statusCode"] == 200
    assert (taken.call_count, parsed.call_count, written.call_count) == (1, 0, is_read)
    assert len(event["body"]) * 0.9 < sum(lengths) < len(event["body"])
