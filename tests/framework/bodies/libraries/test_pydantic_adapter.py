from __future__ import annotations

import enum
import warnings
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import pydantic
import pytest
from pydantic.alias_generators import to_camel

from biot_plugin import AdaptEntity, Plugin, PreRequest
from biot_plugin.testing import Client, events
from tests.framework.bodies.patients import PATIENTS, edit, send, sent

T = TypeVar("T")


class Contact(pydantic.BaseModel):
    name: str


class ByName(pydantic.BaseModel, populate_by_name=True, alias_generator=to_camel):
    my_age: int = 0


def test_a_field_is_written_to_the_key_that_it_was_read_from() -> None:
    change = edit(lambda body: setattr(body, "my_age", 0))

    assert sent(ByName, {"my_age": 1}, change) == {"my_age": 0}
    assert sent(ByName, {"myAge": 1}, change) == {"myAge": 0}
    assert sent(ByName, {}, change) == {"myAge": 0}


class Computed(pydantic.BaseModel):
    _private: int = pydantic.PrivateAttr(1)
    age: int = 0
    old: int = pydantic.Field(0, deprecated=True)

    @cached_property
    def cached(self) -> int:
        return self.age + 1

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def computed(self) -> int:
        return 1


def test_fields_alone_are_written() -> None:
    def change(body: Computed) -> None:
        body._private = 2
        assert body.cached == 2
        body.age = 3

    body = {"age": 1, "computed": 9, "cached": 8, "old": 7}
    assert sent(Computed, body, change) == {**body, "age": 3}
    assert sent(Computed, {"x": 1}, lambda value: Computed(age=2, old=0)) == {"x": 1, "age": 2, "old": 0}


class Generation(pydantic.BaseModel, Generic[T]):
    first: T
    others: list[T] = []


class Base(pydantic.BaseModel):
    age: int = 0


class Derived(Base):
    more: int = 0


def test_generic_models_and_subclasses() -> None:
    body = {"first": {"name": "a", "x": 1}, "others": [{"name": "b", "x": 2}]}

    def swap(value: Generation[Contact]) -> None:
        value.first, value.others[0] = value.others[0], value.first

    assert sent(Generation[Contact], body, swap) == {"first": body["others"][0], "others": [body["first"]]}  # type: ignore[index]
    add = edit(lambda value: value.others.append(Derived(more=2)))
    assert sent(Generation[Base], {"first": {}}, add) == {"first": {}, "others": [{"age": 0, "more": 2}]}


@dataclass
class Visit:
    _id: str
    contact: Contact | None = None
    others: list[Contact] = field(default_factory=list)


@pydantic.dataclasses.dataclass
class Checked:
    number: int = pydantic.Field(alias="_number")
    visits: list[Visit] = field(default_factory=list)


class Holder(pydantic.BaseModel):
    visit: Visit
    either: Contact | Visit | None = None


def test_dataclasses_may_have_models_in_them_and_be_in_models() -> None:
    def change(body: Any) -> None:
        body.visit._id = "8"
        assert body.visit.contact
        body.visit.contact.name = "b"
        body.either = body.visit.contact

    body = {"visit": {"_id": "7", "contact": {"name": "a", "x": 1}, "y": 2}, "either": {"name": "c", "z": 3}}
    contact = {"name": "b", "x": 1}
    assert sent(Holder, body, change) == {"visit": {"_id": "8", "contact": contact, "y": 2}, "either": contact}
    checked = {"_number": 1, "visits": [{"_id": "a", "x": 1}, {"_id": "b", "x": 2}], "y": 3}
    assert sent(Checked, checked, edit(lambda value: value.visits.reverse())) == {
        **checked,
        "visits": [{"_id": "b", "x": 2}, {"_id": "a", "x": 1}],
    }
    assert sent(Checked, checked, edit(lambda value: setattr(value, "number", 2))) == {**checked, "_number": 2}


class Color(enum.Enum):
    RED = "r"


class Typed(pydantic.BaseModel):
    color: Color | None = None
    tags: list[str] = []
    ratio: float = 0
    day: date | None = None
    low: int = pydantic.Field(0, ge=0)


@pytest.mark.parametrize(
    ("name", "value", "json"),
    [
        ("color", "r", "r"),
        ("color", Color.RED, "r"),
        ("tags", ("a", "b"), ["a", "b"]),
        ("ratio", 1, 1),
        ("low", "12", 12),
        ("day", date(2020, 1, 2), "2020-01-02"),
        ("day", "2020-01-02", "2020-01-02"),
    ],
)
def test_what_can_be_converted_to_its_field_is(name: str, value: Any, json: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        assert sent(Typed, {"x": 1}, edit(lambda body: setattr(body, name, value))) == {"x": 1, name: json}
    assert not caught


@pytest.mark.parametrize(("name", "value"), [("color", "x"), ("tags", 1), ("day", 5j), ("low", -1), ("low", 1.5)])
def test_what_cannot_is_an_error(name: str, value: Any) -> None:
    reply = send(Typed, {}, edit(lambda body: setattr(body, name, value)))
    assert reply.error
    assert reply.error.message.rsplit(": ", 1)[0].endswith(name) or reply.error.message.endswith(f": {name}")


class Parent(pydantic.BaseModel):
    child: Child | None = None


class Child(pydantic.BaseModel):
    name: str = ""
    parent: Parent | None = None


def test_models_may_name_each_other() -> None:
    body = {"child": {"name": "a", "x": 1, "parent": {"y": 2}}}

    assert sent(Parent, body, edit(lambda value: setattr(value.child, "name", value.child.name))) == body
    assert sent(Parent, body, lambda value: value.child.parent) == {"y": 2}


class Serialized(pydantic.BaseModel):
    day: date

    @pydantic.field_serializer("day")
    def serialize(self, value: date) -> str:
        return value.strftime("%d/%m/%Y")


def test_a_form_that_the_model_does_not_read_is_never_sent() -> None:
    reply = send(Serialized, {"day": "2020-01-01"}, edit(lambda body: setattr(body, "day", date(2020, 1, 2))))
    assert reply.error
    assert reply.error.message.endswith("does not match the handler's model: day")


class Measured(pydantic.BaseModel):
    rate: float | None = None
    more: dict[str, Any] = {}


@pytest.mark.parametrize("number", ["inf", "-inf", "nan"])
def test_a_number_that_is_not_finite_is_an_error_in_a_field_of_any_type(number: str) -> None:
    reply = send(Measured, {}, edit(lambda body: body.more.update(x=[float(number)])))
    assert reply.error
    assert reply.error.message.endswith("request.body.more.x[0] is not a finite number")


def test_a_number_that_no_float_expresses_is_copied_as_it_came(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def duplicate(event: PreRequest[Measured]) -> Measured:
        return event.body.model_copy(deep=True)

    request = '{"path":"/x","body":{"more":{"a":1e400,"b":[-1e400,1.10]},"x":1e400}}'
    text = f'{{"apiId":"{PATIENTS}","request":{request}}}'
    reply = Client(plugin).send(events.pre_request(PATIENTS, envelope={"body": text}))
    assert reply.raw["body"] == f'{{"request":{request}}}'


def _cleaned(value: float) -> float | None:
    return value if value < float("inf") else None


class Cleaned(pydantic.BaseModel):
    rates: list[Annotated[float | None, pydantic.PlainSerializer(_cleaned)]] = []


class CleanedField(pydantic.BaseModel):
    rates: list[float | None] = []

    @pydantic.field_serializer("rates")
    def serialize(self, rates: list[float]) -> list[float | None]:
        return list(map(_cleaned, rates))


@pytest.mark.parametrize("model", [Cleaned, CleanedField])
def test_a_serializer_may_write_null_for_a_number(model: Any) -> None:
    assert sent(model, {}, edit(lambda body: body.rates.append(float("inf")))) == {"rates": [None]}


def test_a_new_entity_is_converted_field_by_field_where_its_class_would_not_write_it(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def add(event: AdaptEntity[Typed]) -> None:
        event.entities.extend(Typed.model_construct(low=low, color="r") for low in ("12", 12.0, 5j))

    @plugin.adapt_entity("device")
    def add_two(event: AdaptEntity[Typed]) -> None:
        event.entities.extend(Typed.model_construct(low=low, color="r") for low in ("12", 12.0))

    client = Client(plugin)
    converted = {"color": "r", "tags": [], "ratio": 0.0, "day": None, "low": 12}
    assert client.adapt_entity("device", entities=[]).response.entities == [converted, converted]
    reply = client.adapt_entity("patient", entities=[])
    assert reply.error
    assert reply.error.message.endswith("entity 2 so that it cannot be sent: low: its value does not match the model")


def test_a_new_object_that_cannot_be_converted_is_an_error_that_names_the_field() -> None:
    reply = send(
        Generation[Typed], {"first": {}}, edit(lambda body: setattr(body, "first", Typed.model_construct(low=5j)))
    )
    assert reply.error
    assert reply.error.message.endswith("first: its value does not match the model")


@dataclass
class Ward:
    beds: int = 0
    contact: Contact | None = None
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names.sort()


def test_a_dataclass_that_pydantic_validates_is_converted_like_a_model() -> None:
    assert sent(Ward, {"x": 1}, edit(lambda body: setattr(body, "beds", "5"))) == {"x": 1, "beds": 5}
    assert sent(Ward, {"names": ["b", "a"]}, lambda body: None) == {"names": ["b", "a"]}
    reply = send(Ward, {}, edit(lambda body: setattr(body, "beds", "many")))
    assert reply.error
    assert reply.error.message.endswith("beds: its value does not match the model")


def test_what_a_plain_dict_has_in_it_must_be_json() -> None:
    reply = send(Typed, {}, lambda body: {"what": object()})
    assert reply.error
    assert reply.error.message.endswith("cannot be sent: it contains what JSON has no form of")


class Pet(pydantic.BaseModel):
    name: str


class Guest(pydantic.BaseModel):
    title: str


class Hall(pydantic.BaseModel):
    visitors: list[Pet | Guest] = []

    @pydantic.field_validator("visitors")
    @classmethod
    def sort(cls, value: list[Any]) -> list[Any]:
        return sorted(value, key=lambda visitor: type(visitor).__name__)


def test_elements_of_another_class_than_their_place_are_not_mixed_up() -> None:
    pet, guest = {"name": "a", "x": 1}, {"title": "b", "x": 2}

    assert sent(Hall, {"visitors": [pet, guest]}, lambda body: None) == {"visitors": [pet, guest]}
    reply = send(Hall, {"visitors": [pet, guest]}, edit(lambda body: setattr(body.visitors[0], "title", "c")))
    assert reply.error
    assert "visitors: the model read its elements in another order" in reply.error.message


class Code:
    """A type that pydantic does not know."""

    def __init__(self, text: str) -> None:
        self.text = text


class Coded(pydantic.BaseModel, arbitrary_types_allowed=True):
    code: Annotated[Code, pydantic.BeforeValidator(Code)]
    age: int = 0


def test_a_type_that_cannot_be_written_stays_as_it_came_unless_it_is_assigned() -> None:
    body = {"code": "a", "x": 1}

    assert sent(Coded, body, lambda value: None) == body
    assert sent(Coded, body, edit(lambda value: setattr(value, "age", 2))) == {**body, "age": 2}
    reply = send(Coded, body, edit(lambda value: setattr(value, "code", Code("b"))))
    assert reply.error
    assert reply.error.message.endswith("cannot be sent: code: its value does not match the model")


def test_fields_beyond_those_of_a_class_of_a_function_are_converted() -> None:
    class Local(pydantic.BaseModel):
        age: int = 0

    class Open(pydantic.BaseModel, extra="allow"):
        local: Local | None = None

    assert sent(Open, {"x": 1}, edit(lambda body: setattr(body, "new", Local()))) == {"x": 1, "new": {"age": 0}}
    reply = send(Open, {}, edit(lambda body: setattr(body, "new", object())))
    assert reply.error
    assert reply.error.message.endswith("cannot be sent: new: its value does not match the model")


class Unset(pydantic.BaseModel):
    """As `biot-plugin types` writes them."""

    __omits_unset__: ClassVar[bool] = True
    name: str | None = pydantic.Field(default=None, alias="_name")
    phone: str | None = pydantic.Field(default=None, alias="_phone")
    inner: Unset | None = None


def test_what_is_not_set_is_not_there() -> None:
    def change(body: Unset) -> None:
        body.phone = None
        body.inner = Unset(_name=None)

    body = {"_name": "x", "y": 1}
    assert sent(Unset, body, edit(change)) == {**body, "_phone": None, "inner": {"_name": None}}
    assert sent(Unset, body, lambda body: Unset(_phone="1")) == {"y": 1, "_phone": "1"}
    assert sent(Unset, {"_name": "x"}, lambda body: None) == {"_name": "x"}
