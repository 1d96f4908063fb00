"""When variables were set."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, strategies as st

from biot_plugin_cli.deploy.secret_times import now, read_times, write_times
from biot_plugin_cli.manifest.environment_variables import SECRETS_VARIABLE

OLD = "2026-01-02T03:04Z"


def test_times_are_of_what_there_is_and_the_last_one_is_the_first() -> None:
    text = write_times({"A1": OLD, "B1": OLD, "C1": OLD}, {"B1": "x", "C1": None}, ["A1", "B1"])
    assert text is not None
    assert re.fullmatch(rf"B1=\S+ A1={OLD}", text)
    times = read_times({SECRETS_VARIABLE: text})
    assert list(times) == ["B1", "A1"]
    assert times["B1"] <= now()
    assert write_times({"A1": OLD}, {"A1": None}, []) is None


@given(st.text(max_size=100) | st.none() | st.integers() | st.lists(st.text()))
def test_what_somebody_else_has_written_there_is_no_time(value: Any) -> None:
    assert all(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", time) for time in read_times({SECRETS_VARIABLE: value}).values()
    )
