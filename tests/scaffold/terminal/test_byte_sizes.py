"""Sizes are shown with a unit that leaves something of them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from biot_plugin_cli.terminal.byte_sizes import format_size

UNITS = {"byte": 1, "bytes": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3}


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (712, "712 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 kB"),
        (1025, "1.0 kB"),
        (3072, "3 kB"),
        (13_700, "13.4 kB"),
        (1024**2 - 1, "1.0 MB"),
        (50 * 1024**2, "50 MB"),
        (250 * 1024**2 + 1, "250.0 MB"),
        (1024**3 - 1, "1.0 GB"),
        (10 * 1024**3, "10 GB"),
        (5000 * 1024**3, "5000 GB"),
    ],
)
def test_the_unit_fits_the_size(count: int, text: str) -> None:
    assert format_size(count) == text


@given(strategies.integers(0, 2**45))
def test_no_size_looks_like_another_one(count: int) -> None:
    number, unit = format_size(count).split()
    assert abs(float(number) * UNITS[unit] - count) <= UNITS[unit] / 20
    assert count == 0 or float(number) >= 1
    assert unit == "GB" or float(number) < 1024
