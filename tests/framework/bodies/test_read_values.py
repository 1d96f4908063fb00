from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
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
    assert "contacts: a validator of the model put other elements into it than it got" in reply.error.message


def test_what_a_validator_left_in_its_place_may_be_changed() -> None:
    body = {"contacts": UNSORTED["contacts"][::-1], "tags": []}

    assert sent(Sorted, body, edit(lambda value: setattr(value.contacts[0], "name", "c"))) == {
        "contacts": [{"name": "c", "tel": 1}, {"name": "b", "tel": 2}],
        "tags": [],
    }


def test_what_a_struct_moved_is_written_as_it_is_if_it_is_changed() -> None:
    assert sent(SortedStruct, {"tags": ["b", "a"]}, lambda body: None) == {"tags": ["b", "a"]}
    assert sent(SortedStruct, {"tags": ["b", "a"]}, edit(lambda body: body.tags.pop())) == {"tags": ["a"]}


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
