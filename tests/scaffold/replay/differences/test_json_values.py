from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.replay.differences.json_values import compare_values, is_same

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=4), children, max_size=4),
    max_leaves=20,
)


def ids(old: Any, new: Any) -> list[str]:
    return [difference.id for difference in compare_values(old, new, "body")]


def entities(*names: str) -> list[dict[str, Any]]:
    return [{"_id": name, "n": 1} for name in names]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1.0}, []),
        ({"a": 1}, {}, ["removed:body.a"]),
        ({}, {"a": None}, ["added:body.a"]),
        ({"a": 1}, {"a": 2}, ["changed:body.a"]),
        ({"a": 1}, {"a": True}, ["type:body.a:number->boolean"]),
        ({"a": {"b": [True]}}, {"a": {"b": [1]}}, ["type:body.a.b[]:boolean->number"]),
        ({"a": 1}, {"a": None}, ["type:body.a:number->null"]),
        ({"a": None}, {"a": {}}, ["type:body.a:null->object"]),
        ({"a": 1}, {"a": "1"}, ["type:body.a:number->text"]),
        ([], {}, ["type:body:list->object"]),
        (b"a", b"b", ["changed:body"]),
        # Lists: only what is in between, by position.
        ([1, 2, 3], [1, 9, 2, 3], ["added:body[]"]),
        ([1, 2, 3], [1, 3], ["removed:body[]"]),
        ([1, 2, 3], [1, 5, 3], ["changed:body[]"]),
        ([1, 2, 3], [3, 2, 1], ["order:body[]"]),
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 3}], ["changed:body[].a"]),
        # Entities: by their ids.
        (entities("x", "y"), entities("y", "x"), ["order:body[]"]),
        (entities("x", "y", "z"), entities("z", "x"), ["removed:body[]", "order:body[]"]),
        (entities("x"), entities("w", "x"), ["added:body[]"]),
        (entities("x", "y"), [{"_id": "y", "n": 2}, {"_id": "x", "n": 1}], ["changed:body[].n", "order:body[]"]),
        (entities("x", "x"), entities("x", "y"), ["changed:body[]._id"]),
        # Names that are ids are data.
        (
            {"by": {"5d1f0c9e-2b7a-4c3d-8e6f-90a1b2c3d4e5": 1, "ada@example.org": 1}},
            {"by": {"0d1f0c9e-2b7a-4c3d-8e6f-90a1b2c3d4e5": 1, "ada@example.org": 2}},
            ["removed:body.by.{id}", "changed:body.by.{id}", "added:body.by.{id}"],
        ),
    ],
)
def test_says_what_differs(old: Any, new: Any, expected: list[str]) -> None:
    assert ids(old, new) == expected


@given(value=json_values)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert ids(value, value) == []
    assert is_same(value, value)


@given(old=json_values, new=json_values)
def test_what_is_not_the_same_differs_both_ways(old: Any, new: Any) -> None:
    there, back = [*compare_values(old, new, "")], [*compare_values(new, old, "")]

    assert bool(there) is bool(back) is not is_same(old, new)
    assert sorted(difference.opposite_id for difference in there) == sorted(difference.id for difference in back)


def test_what_is_nested_deeply_is_the_same_as_itself() -> None:
    def nested(value: Any) -> Any:
        for _ in range(900):
            value = {"a": [value]}
        return value

    assert is_same(nested(1), nested(1.0))
    assert not is_same(nested(1), nested(True))
    assert not is_same(nested([1]), nested([1, 2]))
    assert not is_same(nested({"a": 1}), nested({"b": 1}))
    assert not is_same(nested("a"), nested("b"))


def test_what_is_nested_without_end_is_compared_as_a_whole() -> None:
    old: Any = 1
    new: Any = 2
    for _ in range(5000):
        old, new = [old], [new]

    [difference] = compare_values(old, new, "body")

    assert difference.kind == "changed"
    assert len(difference.place) < 200
