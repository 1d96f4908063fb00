"""Text from elsewhere on the terminal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.terminal.plain_text import columns, one_line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain text, é", "plain text, é"),
        ("", '""'),
        (" ends ", '" ends "'),
        ("two\nlines", '"two\\nlines"'),
        ("\x1b[2J", '"\\u001b[2J"'),
        ("\u202eabc", '"\\u202eabc"'),
        (True, "true"),
        (7, "7"),
        ([1, "a"], '[1, "a"]'),
        ("x" * 400, "x" * 400),
        ("x" * 4000, "x" * 400 + "… (4000 characters)"),
    ],
)
def test_a_value_is_shown_whole_and_in_one_line(value: Any, text: str) -> None:
    assert one_line(value) == text


@given(st.text())
def test_no_text_controls_the_terminal(text: str) -> None:
    assert one_line(text).isprintable()


@given(st.lists(st.tuples(st.text("ab"), st.text("ab"), st.text("ab", min_size=1)), min_size=1))
def test_columns_are_aligned_and_never_cut(rows: list[tuple[str, str, str]]) -> None:
    lines = columns(rows)
    starts = {len(line) - len(row[-1]) for line, row in zip(lines, rows, strict=True)}
    assert len(starts) == 1
    assert all(cell in line for row, line in zip(rows, lines, strict=True) for cell in row)
