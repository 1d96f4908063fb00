from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import pytest

from biot_plugin import AdaptEntity, Plugin
from biot_plugin.testing import Client
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


class Bed(msgspec.Struct, omit_defaults=True):
    ward: str
    nights: int = 1
    rate: float = 1.0
    notes: list[str] = []
    extras: dict[str, int] = msgspec.field(default_factory=lambda: {"tv": 1})
    nurse: str | msgspec.UnsetType = msgspec.UNSET


class Beds(msgspec.Struct):
    beds: list[Bed] = []


@pytest.mark.parametrize(
    ("bed", "json"),
    [
        (Bed("a"), {"ward": "a", "extras": {"tv": 1}}),
        (Bed("a", 1, 1.0, [], {}), {"ward": "a", "extras": {}}),
        (Bed("a", 2, 0.5, ["x"], nurse="n"), {"ward": "a", "nights": 2, "rate": 0.5, "notes": ["x"], "nurse": "n"}),
        (Bed("a", True, 1), {"ward": "a", "nights": True, "rate": 1}),
    ],
)
def test_a_new_struct_leaves_out_what_its_class_leaves_out(bed: Bed, json: dict[str, Any]) -> None:
    expected = {"extras": {"tv": 1}, **json}
    add = edit(lambda body: body.beds.append(bed))

    if bed.nights is True:  # msgspec reads no bool as a number.
        assert send(Beds, {}, add).error
    else:
        assert sent(Beds, {}, add) == {"beds": [expected]}


class Ordered(msgspec.Struct):
    pets: list[Cat | Dog] = []

    def __post_init__(self) -> None:
        self.pets.sort(key=lambda pet: pet.name)


def test_elements_that_were_moved_to_the_place_of_others_are_not_mixed_up() -> None:
    rename = edit(lambda body: setattr(body.pets[0], "name", "z"))
    cat, dog = {"type": "Cat", "name": "a", "x": 1}, {"type": "Dog", "name": "b", "x": 2}

    assert sent(Ordered, {"pets": [cat, dog]}, rename) == {"pets": [{**cat, "name": "z"}, dog]}
    assert sent(Ordered, {"pets": [dog, cat]}, lambda body: None) == {"pets": [dog, cat]}
    reply = send(Ordered, {"pets": [dog, cat]}, rename)
    assert reply.error
    assert "pets: the model read its elements in another order" in reply.error.message


def test_what_a_new_object_cannot_be_sent_for_is_named(plugin: Plugin) -> None:
    @plugin.adapt_entity("patient")
    def add(event: AdaptEntity[Generation[Contact]]) -> None:
        event.entities.append(Generation(Contact(name=object())))  # type: ignore[arg-type]

    reply = Client(plugin).adapt_entity("patient", entities=[])
    assert reply.error
    assert reply.error.message.endswith("entity 0 so that it cannot be sent: first.name: JSON has no form of a object")
