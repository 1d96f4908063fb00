from __future__ import annotations

from typing import Any

import pytest

from biot_plugin_cli.replay.differences.change import NOTHING, Difference, shape


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (NOTHING, "nothing"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "a number"),
        (7.5, "a number"),
        ("Ada", "a text of 3 characters"),
        (b"Ada", "3 bytes"),
        ([1, 2], "a list of 2"),
        ({"a": 1}, "an object with 1 members"),
    ],
)
def test_a_shape_says_nothing_of_what_a_value_is(value: Any, expected: str) -> None:
    assert shape(value) == expected


def test_a_difference_does_not_print_what_differs() -> None:
    assert "Ada" not in repr(Difference("changed", "name", "changed `name`", "Ada", "Eve"))


@pytest.mark.parametrize(
    ("kind", "place", "opposite"),
    [
        ("added", "a.b", "removed:a.b"),
        ("call-removed", "GET /a", "call-added:GET /a"),
        ("changed", "a", "changed:a"),
        ("status", "200->500", "status:500->200"),
        ("type", "a.b:null->text", "type:a.b:text->null"),
        ("call-type", "GET /a:body.b:null->text", "call-type:GET /a:body.b:text->null"),
        ("error", "none->KeyError", "error:KeyError->none"),
    ],
)
def test_each_kind_has_an_opposite(kind: str, place: str, opposite: str) -> None:
    difference = Difference(kind, place, "")

    assert difference.opposite_id == opposite
    head, _, place = opposite.partition(":")
    assert Difference(head, place, "").opposite_id == difference.id
