from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given, strategies as st

from biot_plugin.recording.moved_dates import MovedDates

NOW = datetime(2026, 11, 27, 10, 20, 30, tzinfo=timezone.utc)
LEAP = datetime(2028, 2, 29, 10, 20, 30, tzinfo=timezone.utc)


def moved(now: datetime = NOW, key: str = "") -> MovedDates:
    return MovedDates(now, lambda name: int.from_bytes(sha256(f"{key}{name}".encode()).digest()[:8], "big"))


def age(day: date, today: date) -> int:
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


@given(st.dates(date(1937, 1, 1), date(2026, 10, 28)), st.text(max_size=3))
def test_a_date_becomes_another_one_of_the_same_age_in_years(day: date, key: str) -> None:
    result = moved(key=key).date(day)
    assert result != day
    assert age(result, NOW.date()) == age(day, NOW.date())


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.sampled_from([NOW, LEAP]))
def test_what_is_past_stays_past_and_what_is_to_come_stays_to_come(day: date, now: datetime) -> None:
    result = moved(now).date(day)
    assert result != day
    assert (result <= now.date()) is (day <= now.date())


@given(st.datetimes(datetime(1940, 1, 1), datetime(2100, 1, 1)))
def test_a_time_is_moved_and_stays_past_or_to_come(naive: datetime) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(hours=2)), microsecond=0)
    result = moved().moment(moment)
    assert result != moment
    assert result.tzinfo == moment.tzinfo
    if abs(moment - NOW) > timedelta(days=2):
        assert (result < NOW) is (moment < NOW)


@pytest.mark.parametrize("ages", [range(31, 39), range(40, 88), range(91, 100)])
def test_the_order_of_years_stays(ages: range) -> None:
    days = [date(2026 - years, 6, 1) for years in ages]
    results = [moved().date(day) for day in days]
    if ages.start < 90:
        assert results == sorted(results, reverse=True)
    else:
        assert {age(result, NOW.date()) for result in results} == {90}


def test_the_distance_of_two_times_of_one_event_stays() -> None:
    start, end = NOW - timedelta(seconds=90), NOW - timedelta(seconds=30)
    distances = {
        (moved(key=str(key)).moment(end) - moved(key=str(key)).moment(start)).total_seconds() for key in range(50)
    }
    # Once in a while the end of the span of time is between them.
    assert distances <= {60.0, 60.0 - 86400, 60.0 + 86400}
    assert 60.0 in distances


def test_a_date_and_the_midnight_of_it_are_moved_alike() -> None:
    day = date(1987, 3, 14)
    result = moved().moment(datetime(1987, 3, 14, tzinfo=timezone.utc))
    assert (result.date(), result.hour) == (moved().date(day), 0)
    assert moved().moment(datetime(1987, 3, 14, 9, 26, 53, tzinfo=timezone.utc)).date() == moved().date(day)


def test_knowing_when_the_event_was_does_not_tell_when_somebody_was_born() -> None:
    known = [(moved(key=str(key)).date(NOW.date()) - NOW.date()).days for key in range(100)]
    secret = [(moved(key=str(key)).date(date(1987, 3, 14)) - date(1987, 3, 14)).days for key in range(100)]
    assert len({(one - other) for one, other in zip(known, secret, strict=True)}) > 50


def test_seconds_since_1970() -> None:
    now = int(NOW.timestamp())
    assert now - 86400 <= moved().epoch(now - 5) <= now
    assert moved().epoch(now + 1800) > now
