from __future__ import annotations

import copy
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pydantic
import pytest
from typing_extensions import NotRequired, TypedDict

from tests.framework.bodies.patients import CHARTS, edit, send, sent


class Contact(pydantic.BaseModel):
    name: str


class Sorted(pydantic.BaseModel):
    contacts: list[Contact] = []
    tags: list[str] = []
    first: Contact | None = None
    meta: Any = None

    @pydantic.field_validator("contacts", "tags", mode="after")
    @classmethod
    def sort(cls, value: list[Any]) -> list[Any]:
        return sorted(value, key=str)


class SortedStruct(msgspec.Struct):
    tags: list[str] = []

    def __post_init__(self) -> None:
        self.tags.sort()


UNSORTED: dict[str, Any] = {"contacts": [{"name": "b", "tel": 2}, {"name": "a", "tel": 1}], "tags": ["b", "a"]}


def test_what_a_validator_moved_is_never_mixed_up() -> None:
    assert sent(Sorted, UNSORTED, lambda body: None) == UNSORTED
    assert sent(Sorted, UNSORTED, edit(lambda body: body.tags.pop(0)))["tags"] == ["b"]
    reply = send(Sorted, UNSORTED, edit(lambda body: setattr(body.contacts[0], "name", "c")))
    assert reply.error
    assert "contacts: the model read its elements in another order" in reply.error.message
    assert sent(Sorted, UNSORTED, lambda body: body) == UNSORTED
    assert sent(Sorted, UNSORTED, lambda body: body.model_copy(deep=True)) == UNSORTED
    assert sent(Sorted, UNSORTED, lambda body: None, normalize=True)["contacts"] == UNSORTED["contacts"]
    for elsewhere in ("first", "meta"):
        reply = send(Sorted, UNSORTED, edit(lambda body: setattr(body, elsewhere, body.contacts[0])))  # noqa: B023
        assert reply.error
        assert f"{elsewhere}: the model read its elements" in reply.error.message


def test_what_a_validator_left_in_its_place_may_be_changed() -> None:
    body = {"contacts": UNSORTED["contacts"][::-1], "tags": []}

    assert sent(Sorted, body, edit(lambda value: setattr(value.contacts[0], "name", "c"))) == {
        "contacts": [{"name": "c", "tel": 1}, {"name": "b", "tel": 2}],
        "tags": [],
    }


def test_what_a_struct_moved_is_written_as_it_is_if_it_is_changed() -> None:
    assert sent(SortedStruct, {"tags": ["b", "a"]}, lambda body: None) == {"tags": ["b", "a"]}
    assert sent(SortedStruct, {"tags": ["b", "a"]}, edit(lambda body: body.tags.pop())) == {"tags": ["a"]}


class Filtered(pydantic.BaseModel):
    by_name: dict[str, Contact] = {}

    @pydantic.field_validator("by_name", mode="after")
    @classmethod
    def leave_out_private(cls, value: dict[str, Contact]) -> dict[str, Contact]:
        return {name: contact for name, contact in value.items() if not name.startswith("_")}


def test_what_a_validator_left_out_is_neither_seen_nor_lost() -> None:
    body = {"by_name": {"a": {"name": "a", "x": 1}, "_b": {"name": "b", "x": 2}}}

    def look(value: Filtered) -> None:
        assert list(value.by_name) == ["a"]

    assert sent(Filtered, body, look) == body
    reply = send(Filtered, body, edit(lambda value: setattr(value.by_name["a"], "name", "c")))
    assert reply.error
    assert "by_name" in reply.error.message


class PydanticSets(pydantic.BaseModel):
    tags: set[str] = set()
    numbers: frozenset[int] = frozenset()


class StructSets(msgspec.Struct):
    tags: set[str] = set()
    numbers: frozenset[int] = frozenset()


@pytest.mark.parametrize("model", [PydanticSets, StructSets])
@pytest.mark.parametrize("removed", ["a", "b", "c", "d"])
def test_the_elements_of_sets_are_not_mixed_up(model: Any, removed: str) -> None:
    body = {"tags": ["d", "b", "c", "a"], "numbers": [3, 1, 2]}

    assert sent(model, body, lambda value: None) == body
    assert sent(model, body, copy.copy) == body
    changed = sent(model, body, edit(lambda value: value.tags.remove(removed)))
    assert sorted(changed["tags"]) == sorted({*"abcd"} - {removed})
    assert changed["numbers"] == [3, 1, 2]


class Mixed(pydantic.BaseModel):
    parts: tuple[list[Contact], set[str]] | None = None


def test_what_stands_next_to_a_set_is_never_lost() -> None:
    body = {"parts": [[{"name": "a", "x": 1}], ["b", "c"]]}

    assert sent(Mixed, body, lambda value: None) == body
    reply = send(Mixed, body, edit(lambda value: setattr(value.parts[0][0], "name", "c")))
    assert reply.error
    assert "parts" in reply.error.message


class Address(TypedDict):
    city: str
    street: NotRequired[str]


class Settled(pydantic.BaseModel):
    address: Address
    others: list[Address] = []


class SettledStruct(msgspec.Struct):
    address: Address
    others: list[Address] = []


@pytest.mark.parametrize("model", [Settled, SettledStruct])
def test_a_typed_dict_in_a_model_has_what_it_does_not_name(model: Any) -> None:
    def change(body: Any) -> None:
        assert body.address["x"] == 1
        body.others.reverse()
        body.others.append({**body.address, "city": "D"})
        body.address["street"] = "S"

    body = {"address": {"city": "A", "x": 1}, "others": [{"city": "B", "x": 2}, {"city": "C", "x": 3}], "y": 4}
    assert sent(model, body, lambda value: None) == body
    assert sent(model, body, change) == {
        "address": {"city": "A", "x": 1, "street": "S"},
        "others": [{"city": "C", "x": 3}, {"city": "B", "x": 2}, {"city": "D", "x": 1}],
        "y": 4,
    }


class Holder(pydantic.BaseModel):
    queue: deque[Contact]
    site: pydantic.AnyUrl
    numbers: dict[int, Contact]
    either: Contact | str
    pair: tuple[Contact, str]


def test_containers_of_all_kinds_are_followed() -> None:
    body = {
        "queue": [{"name": "a", "x": 1}, {"name": "b", "x": 2}],
        "site": "http://a.b",
        "numbers": {"1": {"name": "c", "x": 3}},
        "either": {"name": "d", "x": 4},
        "pair": [{"name": "e", "x": 5}, "f"],
    }

    def change(value: Holder) -> None:
        value.queue.rotate(1)
        value.numbers[2] = value.numbers.pop(1)
        value.pair = (value.either, "g")  # type: ignore[assignment]

    assert sent(Holder, body, lambda value: None) == body
    assert sent(Holder, body, change) == {
        **body,
        "queue": [{"name": "b", "x": 2}, {"name": "a", "x": 1}],
        "numbers": {"2": {"name": "c", "x": 3}},
        "pair": [{"name": "d", "x": 4}, "g"],
    }


def calls(function: Callable[[], object]) -> int:
    """How many functions a function calls."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def visit(contact: Any) -> None:
    contact.visits = 1


@pytest.mark.parametrize(("chart", "contact"), CHARTS)
@pytest.mark.parametrize(
    "change",
    [
        lambda body: None,
        lambda body: body.contacts.reverse(),
        lambda body: body.contacts.pop(0),
        lambda body: list(map(visit, body.contacts)),
    ],
)
def test_the_work_grows_with_the_body_and_no_faster(chart: Any, contact: Any, change: Callable[[Any], object]) -> None:
    def work(size: int) -> int:
        body = {"contacts": [{"name": "a", "tel": index} for index in range(size)]}
        return calls(lambda: sent(chart, body, edit(change)))

    work(1)
    assert work(400) - work(200) < 2.2 * (work(200) - work(100))


@dataclass
class Branch:
    value: int = 0
    branches: list[Branch] = field(default_factory=list)


def test_a_deep_body_goes_back_as_it_came() -> None:
    body: dict[str, Any] = {"value": 1, "x": 1}
    for _ in range(150):
        body = {"branches": [body], "x": 1}

    assert sent(Branch, body, lambda value: None) == body


class Grouped(pydantic.BaseModel):
    groups: list[set[str]] = []
    pairs: dict[str, set[str]] = {}


def test_a_field_may_have_several_sets_in_it() -> None:
    body = {"groups": [["b", "a"], ["d", "c"]], "pairs": {"x": ["f", "e"]}, "y": 1}

    assert sent(Grouped, body, lambda value: None) == body
    changed = sent(Grouped, body, edit(lambda value: value.groups[1].remove("c")))
    assert [sorted(group) for group in changed.pop("groups")] == [["a", "b"], ["d"]]
    assert changed == {"pairs": body["pairs"], "y": 1}


class Leading(pydantic.BaseModel):
    """A validator puts a contact into a second place."""

    leader: Contact | None = None
    contacts: list[Contact] = []
    first: Contact | None = None

    @pydantic.model_validator(mode="after")
    def lead(self) -> Leading:
        self.leader = self.first = self.contacts[0]
        return self


class Sorting(Leading):
    @pydantic.field_validator("contacts")
    @classmethod
    def sort(cls, value: list[Contact]) -> list[Contact]:
        return sorted(value, key=lambda contact: contact.name)


ADA, BOB = {"name": "a", "tel": 1}, {"name": "b", "tel": 2}


@pytest.mark.parametrize("model", [Leading, Sorting])
@pytest.mark.parametrize(
    "body",
    [
        {"contacts": [ADA, BOB]},
        {"contacts": [BOB, ADA]},
        {"contacts": [ADA, BOB], "first": ADA},
        {"contacts": [ADA, BOB], "first": BOB, "leader": {"name": "c", "tel": 3}},
        {"contacts": [BOB, ADA], "leader": BOB},
    ],
)
def test_what_a_validator_put_into_a_second_place_changes_nothing(model: Any, body: dict[str, Any]) -> None:
    assert sent(model, body, lambda value: None) == body
    assert sent(model, body, copy.copy) == body


def test_what_is_at_two_places_is_changed_at_both() -> None:
    rename = edit(lambda value: setattr(value.first, "name", "z"))
    changed = {"name": "z", "tel": 1}

    assert sent(Leading, {"contacts": [ADA, BOB]}, rename) == {
        "contacts": [changed, BOB],
        "first": changed,
        "leader": changed,
    }
    for model, body in (
        (Leading, {"contacts": [ADA], "first": BOB}),
        (Sorting, {"contacts": [BOB, ADA]}),
    ):
        reply = send(model, body, rename)
        assert reply.error
        assert "the model read its elements in another order" in reply.error.message


@dataclass(frozen=True)
class Unit:
    name: str = "kg"


@dataclass
class Weight:
    value: float
    unit: Unit = Unit()


@dataclass
class Weights:
    weights: list[Weight] = field(default_factory=list)
    unit: Unit = Unit()


def test_a_default_that_all_objects_share_is_written_where_it_is_touched() -> None:
    body = {"weights": [{"value": 1.0, "x": 1}, {"value": 2.0, "unit": {"name": "g", "x": 2}}]}

    def change(value: Weights) -> None:
        value.weights[0].unit = value.weights[1].unit
        value.weights[1].unit = value.unit

    assert sent(Weights, body, lambda value: None) == body
    assert sent(Weights, body, change)["weights"] == [
        {"value": 1.0, "x": 1, "unit": {"name": "g", "x": 2}},
        {"value": 2.0, "unit": {"name": "kg"}},
    ]


class EmptyModel(pydantic.BaseModel):
    first: tuple[int, ...] = ()
    second: tuple[int, ...] = ()
    third: list[tuple[int, ...]] = [()]
    count: int = 0


class EmptyStruct(msgspec.Struct):
    first: tuple[int, ...] = ()
    second: tuple[int, ...] = ()
    third: list[tuple[int, ...]] = field(default_factory=lambda: [()])
    count: int = 0


@pytest.mark.parametrize("model", [EmptyModel, EmptyStruct])
@pytest.mark.parametrize("body", [{"first": []}, {"second": []}, {"third": [[], []]}, {"second": [], "third": [[1]]}])
@pytest.mark.parametrize("duplicate", [lambda body: body, copy.copy])
def test_an_empty_tuple_is_one_object_and_is_written_where_it_came(model: Any, body: Any, duplicate: Any) -> None:
    def change(value: Any) -> Any:
        value.count = 1
        return duplicate(value)

    assert sent(model, body, change) == {**body, "count": 1}


class Wrapped(pydantic.BaseModel):
    """Its validator returns another thing than an object of it."""

    contact: Contact

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def unwrap(cls, value: Any, read: Any) -> Any:
        return {"contact": read(value).contact, "more": 1}


def test_what_a_validator_returned_in_place_of_an_object_is_sent_as_a_dict() -> None:
    body = {"contact": {"name": "a", "x": 1}}

    assert sent(Wrapped, body, edit(lambda value: value.update(more=2))) == {"contact": {"name": "a"}, "more": 2}


class Failing(list[Any]):
    """A list of an author's own that fails when it is read."""

    def __iter__(self) -> Any:
        raise LookupError


class Lazy(pydantic.BaseModel):
    contact: Contact | None = None
    elements: Any = None

    @pydantic.field_validator("elements")
    @classmethod
    def read(cls, value: Any) -> Any:
        return Failing()


def test_nothing_of_a_body_stays_if_it_cannot_be_read() -> None:
    """`send` checks that nothing of the event is left."""
    assert send(Lazy, {"elements": [1], "contact": {"name": "a"}}, lambda value: None).status_code == 500
