from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Any

import pytest

from biot_plugin.bodies.model_shape import attribute_reader, is_json


class Level(IntEnum):
    HIGH = 1


class Object:
    """An object with fields."""

    def __init__(self, **fields: Any) -> None:
        vars(self).update(fields)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", True),
        (None, True),
        ([1, {"a": [1.5, True, None]}], True),
        (Level.HIGH, False),
        ((1,), False),
        ([{"a": date(2026, 1, 1)}], False),
        ({Level.HIGH: 1}, False),
    ],
)
def test_json_consists_of_the_types_of_json(value: Any, expected: bool) -> None:
    assert is_json(value) is expected


def test_what_is_in_itself_is_looked_at_once() -> None:
    value: list[Any] = []
    value.append(value)
    assert is_json(value)


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"]])
def test_the_fields_of_an_object_are_read_by_name_but_for_those_that_were_deleted(names: list[str]) -> None:
    fields = {"a": (1, 2), "b": "x"}
    read = attribute_reader(names)
    assert read(Object(**fields)) == {name: fields[name] for name in names}
    assert read(Object(b="x")) == {name: "x" for name in names if name == "b"}
