"""The unified diff of texts of any length."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.invoke.unified_diff import unified_diff

NAMES = ("received", "returned")
texts = st.lists(st.sampled_from("abcdefgh"), max_size=30)
numbers = st.lists(st.integers(0, 3000).map(str), max_size=5)


def patched(before: Sequence[str], diff: Sequence[str]) -> list[str]:
    """Apply a diff, all of whose lines must fit."""
    result: list[str] = []
    at = 0
    for line in diff[2:]:
        if line.startswith("@@"):
            first, _, count = line.split()[1][1:].partition(",")
            start = int(first) - (count != "0")
            result += before[at:start]
            at = start
            continue
        if line[0] in " -":
            assert before[at] == line[1:]
            at += 1
        if line[0] in " +":
            result.append(line[1:])
    return [*result, *before[at:]] if diff else list(before)


@given(texts, texts)
def test_short_texts_are_compared_as_everywhere(before: list[str], after: list[str]) -> None:
    assert unified_diff(before, after, NAMES) == list(difflib.unified_diff(before, after, *NAMES, lineterm=""))


@given(st.integers(1, 1500), st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 3), numbers), max_size=5))
def test_a_diff_leads_from_one_text_to_the_other(repeats: int, changes: list[tuple[int, int, list[str]]]) -> None:
    before = [str(number % repeats) for number in range(1500)]
    after = list(before)
    for at, removed, added in changes:
        after[at : at + removed] = added
    diff = unified_diff(before, after, NAMES)
    assert patched(before, diff) == after
    assert bool(diff) == (before != after)


def test_few_changes_of_a_long_text_are_few_lines() -> None:
    before = [f"line {number}" for number in range(100_000)]
    after = ["new", *before[:50_000], "changed", *before[50_001:-1]]
    diff = unified_diff(before, after, NAMES)
    assert patched(before, diff) == after
    assert [line for line in diff if line[0] in "+-"] == [
        "--- received",
        "+++ returned",
        "+new",
        "-line 50000",
        "+changed",
        "-line 99999",
    ]


@pytest.mark.parametrize("period", [1, 2, 150, 30_000])
def test_texts_without_end_are_compared(period: int) -> None:
    """Each would take minutes by comparing every line with all that equal it."""
    before = [str(number % period) for number in range(60_000)]
    after = ["x", *(str(number * 7 % period) for number in range(40_000)), "y"]
    assert patched(before, unified_diff(before, after, NAMES)) == after
