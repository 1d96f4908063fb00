from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
from typing_extensions import TypedDict

from biot_plugin import InvalidBody, Plugin, PreRequest
from biot_plugin.attributes import Attribute, Choice, Country, Date, DateTime, Email, Locale, Phone, Timezone, Uuid
from biot_plugin.testing import Client, factory


class Name(TypedDict, total=False):
    firstName: str
    lastName: str | None


class Node(TypedDict, total=False):
    name: str
    parent: Node
    nodes: list[Node]


class Foreign(TypedDict):
    a: Annotated[str, Attribute("LABEL", pattern="[")]


class Endless(TypedDict):
    inner: Endless


class Everything(TypedDict, total=False):
    _id: Uuid
    _name: Name | None
    phone: Phone
    email: Email
    day: Date
    at: DateTime
    locale: Locale
    zone: Timezone
    country: Country
    stage: Choice[Literal["I", "II"]] | None
    stages: list[Choice[Literal["I", "II"]]]
    kind: Literal["a", "b"]
    number: int
    small: Annotated[int, Attribute("INTEGER", most=3.5)]
    large: Annotated[int, Attribute("INTEGER", least=50.5)]
    ratio: Annotated[float, Attribute("DECIMAL", least=0, most=1)]
    flag: bool
    anything: Any
    object: dict[str, Any]
    nothing: None
    short: Annotated[str, Attribute("LABEL", most=3)]
    long: Annotated[str, Attribute("PARAGRAPH", least=20, most=22)]
    serial: Annotated[str, Attribute("LABEL", pattern="[A-Z]{2}[0-9]{4}")]


def test_values_are_plausible() -> None:
    value = factory(Everything)
    assert value == {
        "_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "_name": {"firstName": "Ada", "lastName": "Lovelace"},
        "phone": "+12025550123",
        "email": "ada@example.org",
        "day": "1985-12-10",
        "at": "2026-01-31T12:00:00.000Z",
        "locale": "en-us",
        "zone": "Europe/Oslo",
        "country": "NO",
        "stage": "I",
        "stages": ["I"],
        "kind": "a",
        "number": 42,
        "small": 3,
        "large": 51,
        "ratio": 1,
        "flag": True,
        "anything": {},
        "object": {},
        "nothing": None,
        "short": "Exa",
        "long": "ExampleExampleExample",
        "serial": "AA1111",
    }
    assert factory(Everything) is not value


def test_a_test_says_what_matters() -> None:
    value: dict[str, Any] = {**factory(Everything, {"_name": None}, phone=..., number=7)}
    assert (value["_name"], value["number"], "phone" in value) == (None, 7, False)
    assert [*value] == [name for name in Everything.__annotations__ if name != "phone"]


def test_types_in_themselves_end() -> None:
    assert factory(Node) == {"name": "Example", "nodes": []}
    with pytest.raises(TypeError, match="Nothing is known that inner could be, a Endless"):
        factory(Endless)


class Struct(msgspec.Struct):
    name: Name | None = msgspec.field(name="_name")
    count: int = 0


class Inner(pydantic.BaseModel):
    mrn: str


class Model(pydantic.BaseModel):
    inner: Inner


@dataclass
class Data:
    mrn: str


@dataclass
class Strange:
    mrn: complex


def test_every_kind_of_model() -> None:
    assert factory(Struct, _name={"firstName": "A"}) == Struct({"firstName": "A"}, 42)
    assert factory(Model, inner=Inner(mrn="7")) == Model(inner=Inner(mrn="7"))
    assert factory(Data) == Data("Example")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: factory(Data, mnr="7"), "Data has no mnr: it has mrn"),
        (lambda: factory(int), "is not a pydantic model"),
        (lambda: factory(Strange), "Nothing is known that mrn could be, a complex: give a value"),
        (
            lambda: factory(Foreign),
            r"No text was found that a could be, by the pattern \[: give a value",
        ),
    ],
)
def test_mistakes(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_a_value_that_does_not_match() -> None:
    with pytest.raises(InvalidBody):
        factory(Data, mrn=7)


def test_values_are_bodies_of_events() -> None:
    plugin = Plugin()

    @plugin.pre_request("POST/organization/v1/users/patients")
    def handle(event: PreRequest) -> None: ...

    client = Client(plugin)
    for value in (factory(Struct), Struct({"firstName": "Ada", "lastName": "Lovelace"}, 42)):
        body = client.pre_request("POST/organization/v1/users/patients", body=value).request.body
        assert body == {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "count": 42}
