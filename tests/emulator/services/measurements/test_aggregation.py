"""Averages and standard deviations."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given, strategies as st

from biot_emulator.services.measurements.aggregation import aggregate


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=20))
def test_they_are_those_of_the_sample(numbers: list[float]) -> None:
    result = aggregate(numbers)
    assert result["average"] == pytest.approx(statistics.fmean(numbers), rel=1e-9, abs=1e-6)
    assert result["standardDeviation"] == pytest.approx(statistics.stdev(numbers), rel=1e-9, abs=1e-6)


def test_a_single_number_deviates_from_nothing() -> None:
    assert aggregate([5]) == {"average": 5.0}


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=10))
def test_they_are_finite_whatever_the_numbers_are(numbers: list[float]) -> None:
    assert all(math.isfinite(value) for value in aggregate(numbers).values())
