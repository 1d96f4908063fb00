from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pydantic
import pytest

from tests.framework.bodies.patients import CHART, CHARTS, edit, send, sent

every_library = pytest.mark.parametrize(("chart", "contact"), CHARTS)


class Joined(pydantic.BaseModel):
    """Containers that are text in JSON."""

    tags: list[str] = []
    sizes: dict[str, int] = {}

    @pydantic.field_validator("tags", mode="before")
    @classmethod
    def split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @pydantic.field_validator("sizes", mode="before")
    @classmethod
    def parse(cls, value: Any) -> Any:
        pairs = (pair.split("=") for pair in value.split(",")) if isinstance(value, str) else None
        return value if pairs is None else dict(pairs)

    @pydantic.field_serializer("tags")
    def join(self, value: list[str]) -> str:
        return ",".join(value)

    @pydantic.field_serializer("sizes")
    def text(self, value: dict[str, int]) -> str:
        return ",".join(f"{name}={size}" for name, size in value.items())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda body: None, {}),
        (edit(lambda body: body.tags.append("c")), {"tags": "a,b,c"}),
        (edit(lambda body: setattr(body, "tags", ["x", "y"])), {"tags": "x,y"}),
        (edit(lambda body: body.sizes.update(bed=3)), {"sizes": "room=1,bed=3"}),
        (edit(lambda body: setattr(body, "sizes", {"ward": 4})), {"sizes": "ward=4"}),
    ],
)
def test_a_container_that_is_text_in_json_stays_text(change: Callable[[Any], Any], expected: dict[str, str]) -> None:
    body = {"tags": "a,b", "sizes": "room=1", "x": 1}

    assert sent(Joined, body, change) == {**body, **expected}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda body: body.tags.append("c"), {"tags": "c"}),
        (lambda body: setattr(body, "tags", ["x", "y"]), {"tags": "x,y"}),
        (lambda body: body.sizes.update(bed=3), {"sizes": "bed=3"}),
        (lambda body: setattr(body, "sizes", {"ward": 4, "bed": 3}), {"sizes": "ward=4,bed=3"}),
    ],
)
def test_one_that_was_missing_is_text_too(change: Callable[[Any], object], expected: dict[str, str]) -> None:
    assert sent(Joined, {"x": 1}, edit(change)) == {"x": 1, **expected}


@dataclass
class Rooms:
    beds: dict[str, int] = field(default_factory=lambda: {"a": 1})
    names: list[str] = field(default_factory=lambda: ["a"])


class PydanticRooms(pydantic.BaseModel):
    beds: dict[str, int] = {"a": 1}
    names: list[str] = ["a"]


class StructRooms(msgspec.Struct):
    beds: dict[str, int] = msgspec.field(default_factory=lambda: {"a": 1})
    names: list[str] = msgspec.field(default_factory=lambda: ["a"])


@pytest.mark.parametrize("model", [Rooms, PydanticRooms, StructRooms])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda body: body.beds["a"], {}),
        (lambda body: body.beds.update(b=body.beds.pop("a")), {"beds": {"b": 1}}),
        (lambda body: body.beds.update(a=2), {"beds": {"a": 2}}),
        (lambda body: body.names.append("b"), {"names": ["a", "b"]}),
        (lambda body: setattr(body, "names", body.names), {"names": ["a"]}),
    ],
)
def test_a_default_container_is_written_once_anything_in_it_changed(
    model: Any, change: Callable[[Any], object], expected: dict[str, Any]
) -> None:
    assert sent(model, {"x": 1}, edit(change)) == {"x": 1, **expected}


class Numbers(pydantic.BaseModel):
    numbers: list[int] = []


def test_an_element_that_came_in_two_forms_is_written_as_the_model_has_it() -> None:
    """Equal small numbers are the same object, so nobody knows which of the two was moved."""
    changed = sent(Numbers, {"numbers": ["1", 1, "3"]}, edit(lambda body: body.numbers.insert(0, 9)))["numbers"]

    assert changed == [9, 1, 1, "3"]


@every_library
@pytest.mark.parametrize("key", [object(), (1, 2)])
def test_a_key_that_json_has_no_form_of_is_an_error(chart: Any, contact: Any, key: Any) -> None:
    for change in (
        lambda body: body.by_role.update({key: contact(name="x")}),
        lambda body: setattr(body, "by_role", {key: contact(name="x")}),
    ):
        reply = send(chart, CHART, edit(change))
        assert reply.error
        assert reply.error.code == "INVALID_RESULT"
        assert "by_role" in reply.error.message


class Moved(pydantic.BaseModel):
    """A validator sorts the contacts, so that nobody knows which JSON each has."""

    contacts: list[Any] = []
    meta: Any = None

    @pydantic.field_validator("contacts")
    @classmethod
    def read(cls, value: list[Any]) -> list[Any]:
        return sorted((Numbers(numbers=numbers) for numbers in value), key=repr)


@pytest.mark.parametrize(
    ("assign", "place"),
    [
        (lambda body: [body.contacts[0]], "meta.0"),
        (lambda body: {"a": body.contacts[0]}, "meta.a"),
        (lambda body: [Moved(meta=body.contacts[0])], "meta.0.meta"),
        (lambda body: copy.copy(body.contacts[0]), "meta"),
    ],
)
def test_the_place_of_what_cannot_be_written_is_named(assign: Callable[[Any], Any], place: str) -> None:
    reply = send(Moved, {"contacts": [[2], [1]]}, edit(lambda body: setattr(body, "meta", assign(body))))

    assert reply.error
    assert f"cannot be sent: {place}: the model read its elements in another order" in reply.error.message
