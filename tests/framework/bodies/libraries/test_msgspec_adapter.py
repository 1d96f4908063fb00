from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import pytest

from tests.framework.bodies.patients import edit, send, sent

T = TypeVar("T")


class Cat(msgspec.Struct, tag=True):
    name: str


class Dog(msgspec.Struct, tag=True):
    name: str


class Owner(msgspec.Struct, rename="camel"):
    my_pet: Cat | Dog
    all_pets: list[Cat | Dog] = []


def test_tags_and_renamed_fields_are_written() -> None:
    def change(body: Owner) -> None:
        body.my_pet, body.all_pets[0] = body.all_pets[0], body.my_pet
        body.all_pets.append(Dog("new"))

    cat, dog = {"type": "Cat", "name": "a", "x": 1}, {"type": "Dog", "name": "b", "x": 2}
    assert sent(Owner, {"myPet": cat, "allPets": [dog]}, change) == {
        "myPet": dog,
        "allPets": [cat, {"type": "Dog", "name": "new"}],
    }


class Generation(msgspec.Struct, Generic[T]):
    first: T
    others: list[T] = []


@dataclass
class GenericData(Generic[T]):
    first: T
    others: list[T] = field(default_factory=list)


class Contact(msgspec.Struct):
    name: str


@pytest.mark.parametrize("model", [Generation[Contact], GenericData[Contact]])
def test_generic_models(model: Any) -> None:
    body: dict[str, Any] = {"first": {"name": "a", "x": 1}, "others": [{"name": "b", "x": 2}, {"name": "c", "x": 3}]}

    assert sent(model, body, edit(lambda value: value.others.reverse())) == {**body, "others": body["others"][::-1]}


class Pair(NamedTuple):
    left: int
    right: Contact


class Everything(msgspec.Struct):
    ids: set[uuid.UUID] = set()
    data: bytes = b""
    days: dict[int, date] = {}
    pair: Pair | None = None


def test_values_have_the_form_of_the_library() -> None:
    identifier = "12345678-1234-5678-1234-567812345678"
    body = {"ids": [identifier], "data": "YWJj", "days": {"1": "2020-01-01"}, "pair": [1, {"name": "a", "x": 1}]}

    def change(value: Everything) -> None:
        value.data = b"q"
        value.days[2] = date(2020, 1, 2)
        assert value.pair
        value.pair = Pair(5, value.pair.right)

    assert sent(Everything, body, lambda value: None) == body
    assert sent(Everything, body, change) == {
        "ids": [identifier],
        "data": "cQ==",
        "days": {"1": "2020-01-01", "2": "2020-01-02"},
        "pair": [5, {"name": "a", "x": 1}],
    }


@dataclass
class Derived:
    age: int
    twice: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.twice = 2 * self.age


def test_what_a_dataclass_derives_is_written_where_it_is_assigned() -> None:
    assert sent(Derived, {"age": 1}, lambda body: None) == {"age": 1}
    assert sent(Derived, {"age": 1}, edit(lambda body: setattr(body, "twice", 2))) == {"age": 1, "twice": 2}


def test_what_json_has_no_form_of_is_an_error() -> None:
    reply = send(Everything, {}, edit(lambda body: setattr(body, "data", object())))
    assert reply.error
    assert reply.error.message.endswith("cannot be sent: data: JSON has no form of a object")
