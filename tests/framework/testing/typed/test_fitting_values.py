from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import find, given, settings, strategies as st
from typing_extensions import Required, TypedDict

from biot_plugin.attributes import Label
from biot_plugin.testing.strategies import from_type
from tests.framework.testing.typed.test_factory import Everything, Foreign, Node, Struct


@settings(max_examples=40)
@given(from_type(Everything))
def test_values_fit(value: Any) -> None:
    checks: dict[str, Any] = {
        "_id": UUID,
        "phone": lambda text: re.fullmatch(r"\+[1-9]\d{1,14}", text) or 1 / 0,
        "email": lambda text: "@" in text or 1 / 0,
        "day": date.fromisoformat,
        "at": lambda text: datetime.fromisoformat(text.replace("Z", "+00:00")),
        "stage": lambda text: text in ("I", "II", None) or 1 / 0,
        "stages": lambda texts: len({*texts}) == len(texts) or 1 / 0,
        "kind": lambda text: text in ("a", "b") or 1 / 0,
        "small": lambda number: number <= 3 or 1 / 0,
        "large": lambda number: number >= 51 or 1 / 0,
        "ratio": lambda number: 0 <= number <= 1 or 1 / 0,
        "short": lambda text: 1 <= len(text) <= 3 or 1 / 0,
        "long": lambda text: 20 <= len(text) <= 22 or 1 / 0,
        "serial": lambda text: re.fullmatch("[A-Z]{2}[0-9]{4}", text) or 1 / 0,
    }
    for name, check in checks.items():
        if name in value:
            check(value[name])


class Needed(TypedDict, total=False):
    a: Required[int]
    b: Label | None


@pytest.mark.parametrize("condition", [lambda v: "b" not in v, lambda v: v.get("b", 1) is None, lambda v: v.get("b")])
def test_absent_null_and_values_all_come(condition: Any) -> None:
    assert "a" in find(from_type(Needed), condition)


@settings(max_examples=10)
@given(st.data())
def test_structs_and_types_in_themselves(data: st.DataObject) -> None:
    assert isinstance(data.draw(from_type(Struct)), Struct)
    data.draw(from_type(Node))


def test_a_pattern_of_another_dialect_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="build the values with your own strategy"):
        from_type(Foreign)
