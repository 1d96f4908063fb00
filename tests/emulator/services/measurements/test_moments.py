"""Times of measurements: what is read as one, and how it is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from biot_emulator.services.measurements.moments import parse_moment, write_moment

times = st.datetimes(
    datetime(1970, 1, 2),
    datetime(9999, 12, 30),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(times)
def test_a_time_comes_back_in_utc(time: datetime) -> None:
    moment = parse_moment(time.isoformat())
    assert moment is not None
    assert datetime.fromisoformat(write_moment(moment)) == time
    assert write_moment(moment).endswith("Z")
    assert parse_moment(time.strftime("%Y-%m-%dT%H:%M:%S.%f%z")) == moment


def test_digits_beyond_microseconds_are_dropped() -> None:
    assert parse_moment("1970-01-01T00:00:01.234567899Z") == 1_234_567
    assert write_moment(1_234_560) == "1970-01-01T00:00:01.23456Z"
    assert datetime.fromisoformat(write_moment(0)) == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", [None, 7, "", "now", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-02-30T12:00:00Z"]
)
def test_what_is_no_time_with_an_offset_is_none(text: object) -> None:
    assert parse_moment(text) is None
