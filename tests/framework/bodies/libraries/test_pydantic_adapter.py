from __future__ import annotations

import enum
import warnings
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar

import pydantic
import pytest
from pydantic.alias_generators import to_camel

from tests.framework.bodies.patients import edit, send, sent

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
