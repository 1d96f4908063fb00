from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from biot_emulator.state.timestamps import timestamp, timestamp_to_the_microsecond, timestamp_to_the_second

MOMENT = datetime(2026, 1, 31, 14, 5, 9, 120_300, timezone(timedelta(hours=2)))


def test_each_place_has_its_digits_in_utc() -> None:
    assert timestamp(MOMENT) == "2026-01-31T12:05:09.120Z"
    assert timestamp_to_the_second(MOMENT) == "2026-01-31T12:05:09Z"
    assert timestamp_to_the_microsecond(MOMENT) == "2026-01-31T12:05:09.1203Z"
    assert timestamp_to_the_microsecond(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31T00:00:00Z"
