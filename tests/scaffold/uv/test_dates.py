"""The dates and spans of `exclude-newer`, whatever somebody wrote there."""

from __future__ import annotations

import pytest

from biot_plugin_cli.uv.dates import is_covered


@pytest.mark.parametrize(
    ("declared", "recorded", "covered"),
    [
        ("2 days", {"span": "P2D"}, True),
        ("3 days", {"span": "P2D"}, False),
        ("9999-12-31", "9999-12-30", True),
        (f"{'9' * 1_000_000} days", {"span": "P2D"}, True),  # it cannot be compared
        ("2 days", {"span": f"P{'9' * 1_000_000}D"}, False),
        ("P" * 1_000_000, {"span": "P2D"}, True),
        (f"2{' ' * 1_000_000}x", {"span": "P2D"}, True),
    ],
    ids=range(7),
)
def test_what_is_covered(declared: str, recorded: object, covered: bool) -> None:
    assert is_covered(declared, recorded) is covered
