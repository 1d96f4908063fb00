from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.replay.durations import Durations


def durations(values: list[float]) -> Durations:
    made = Durations()
    for value in values:
        made.add(value)
    return made


def test_there_are_none_without_events() -> None:
    assert Durations().percentile(50) is None


@given(values=st.lists(st.floats(0.001, 900_000), min_size=1, max_size=200), percent=st.integers(1, 100))
def test_a_percentile_is_exact_to_one_per_cent(values: list[float], percent: int) -> None:
    exact = sorted(values)[-(-len(values) * percent // 100) - 1]

    assert durations(values).percentile(percent) == pytest.approx(exact, rel=0.01)


def test_nothing_is_too_short() -> None:
    assert durations([0.0]).percentile(50) == pytest.approx(0.001, rel=0.01)
