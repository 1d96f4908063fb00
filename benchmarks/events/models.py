"""What models cost: entities as each kind of model, against the library that validates the same and nothing else."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict

import msgspec
import pydantic

from benchmarks.measuring.report import Report
from benchmarks.measuring.table import measure

os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"

from biot_plugin import AdaptEntity, Plugin
from biot_plugin.testing import Context, events

CONTEXT = Context()
PLAIN = "no model"


class Name(TypedDict):
    firstName: str
    lastName: str


class TypedPatient(TypedDict):
    _id: str
    _name: Name
    mrn: str
    age: int


class StructName(msgspec.Struct):
    firstName: str
    lastName: str


class StructPatient(msgspec.Struct):
    id: str = msgspec.field(name="_id")
    name: StructName = msgspec.field(name="_name")
    mrn: str
    age: int


class PydanticName(pydantic.BaseModel):
    firstName: str
    lastName: str


class PydanticPatient(pydantic.BaseModel):
    id: str = pydantic.Field(alias="_id")
    name: PydanticName = pydantic.Field(alias="_name")
    mrn: str
    age: int


@dataclass
class DataPatient:
    mrn: str
    age: int


def entity(number: int) -> dict[str, Any]:
    """An entity as the platform has it."""
    template = {"id": "b1eebc99-9c0b-4ef8-bb6d-6bb9bd380a12", "name": "Patient", "displayName": "Patient"}
    return {
        "_id": f"7c9e6679-7425-40de-944b-{number:012}",
        "_name": {"firstName": f"Ada {number}", "lastName": "Lovelace"},
        "_email": f"ada{number}@example.com",
        "_mfa": {"enabled": False, "expirationInMinutes": None},
        "_phone": None,
        "_ownerOrganization": {"id": "00000000-0000-0000-0000-000000000000", "template": template},
        "_template": template,
        "_creationTime": "2026-01-01T00:00:00.000Z",
        "mrn": f"MRN-{number:05}",
        "age": number % 90,
        "weight": 60.5 + number % 30,
    }


#: The models, with what their library does alone: to JSON's values, for that is what a handler gets.
ALONE: dict[Any, Callable[[Any], Any]] = {
    TypedPatient: lambda json: msgspec.convert(json, list[TypedPatient]),
    DataPatient: lambda json: msgspec.convert(json, list[DataPatient]),
    StructPatient: lambda json: msgspec.convert(json, list[StructPatient]),
    PydanticPatient: pydantic.TypeAdapter(list[PydanticPatient]).validate_python,
}


def handler_of(model: Any) -> Callable[..., Any]:
    """A plugin's handler that reads a field of each entity."""
    plugin = Plugin()

    def look(event: Any) -> None:
        for each in event.entities:
            each["mrn"] if isinstance(each, dict) else each.mrn

    look.__annotations__["event"] = AdaptEntity if model is None else AdaptEntity[model]
    plugin.adapt_entity("patient")(look)
    return plugin.handler


def alone(text: str, validate: Callable[[Any], Any] | None) -> str:
    """JSON in, the library's validation, JSON out."""
    body = json.loads(text)
    if validate is not None:
        validate(body["response"]["entities"])
    return json.dumps({"response": body["response"]})


def main() -> None:
    """Measures and prints."""
    report = Report("models", "msgspec", "pydantic")
    for count, rounds, repeat in ((1, 15, 200), (100, 15, 5), (1000, 25, 1)):
        event = events.adapt_entity("patient", entities=[entity(number) for number in range(count)])
        for model in (None, *ALONE):
            name = PLAIN if model is None else model.__name__
            library, ours = f"{name}, the library alone", f"{name}, biot_plugin"
            actions: dict[str, Callable[[], object]] = {
                library: partial(alone, event["body"], ALONE.get(model)),
                ours: partial(handler_of(model), event, CONTEXT),
            }
            seconds = measure(actions, rounds=rounds, repeat=repeat, clock=time.process_time)
            report.add(f"ADAPT_ENTITY, {count} entities, {name}", seconds, base=library)
            if count == 1000:
                title = f"{name}, 1,000 entities"
                report.add_ratio(title, seconds[ours].over(seconds[library]), target=1.3)
    report.write()


if __name__ == "__main__":
    main()
