from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.page.colours import PREVIEW, json_parts, log_level
from biot_emulator.page.texts import pretty

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_parts_are_the_text(value: Any) -> None:
    preview = json_parts(value)
    text = pretty(value)
    assert isinstance(value, str) or json.loads(text) == value
    assert "".join(part.text for part in preview.parts) == text[:PREVIEW]
    assert preview.left_out == max(0, len(text) - PREVIEW)


def test_what_is_what() -> None:
    parts = json_parts({"a": ["b", 1.5, True, None]}).parts
    assert [(part.kind, part.text) for part in parts if part.kind] == [
        ("name", '"a"'),
        ("text", '"b"'),
        ("number", "1.5"),
        ("word", "true"),
        ("word", "null"),
    ]


def test_of_a_large_value_only_the_beginning_is_shown() -> None:
    preview = json_parts(["x" * 1000] * 1000)
    assert sum(len(part.text) for part in preview.parts) == PREVIEW
    assert len(preview.parts) < 100
    assert preview.left_out > 900_000


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("[ERROR] 2026 it broke", "error"),
        ("[WARNING] careful", "warning"),
        ("Traceback (most recent call last):", "error"),
        ('{"level":"ERROR","message":"x"}', "error"),
        ('{"level": "CRITICAL"}', "error"),
        ("INFO all is well", ""),
        ("an ERROR in the middle", ""),
        ("", ""),
    ],
)
def test_the_level_of_a_line(line: str, level: str) -> None:
    assert log_level(line) == level
