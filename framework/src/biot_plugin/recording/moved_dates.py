"""Dates and times, moved so that nobody can tell when it was, and a plugin still does the same.

What is past stays past, what is to come stays to come, and how many years ago something was stays the same: a child
stays a child. Within such a span of time, everything is moved on by one secret amount, and begins anew at its end: so
the order and the distance of two times stay the same, unless the end is between them. Each span has an amount of its
own, so that knowing one moved time, such as that of the event, does not tell any other. Beyond 90 years ago, all is one
span.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

_DAY = 24 * 60 * 60
#: Days of the spans below a year.
_SPANS = (30,)
_MAX_YEARS = 90
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class MovedDates:
    """Moves the dates of one event.

    Args:
        now: When the event happened, with a time zone.
        seed: Returns a secret number for the name of a span of time.
    """

    def __init__(self, now: datetime, seed: Callable[[str], int]) -> None:
        self._now = now.astimezone(timezone.utc)
        self._today = self._now.date()
        self._seed = seed

    def date(self, day: date) -> date:
        """Move a date."""
        distance = (self._today - day).days
        is_past = distance >= 0
        start, end = self._span(abs(distance), is_past=is_past)
        moved = self._moved(abs(distance), start, end, f"{is_past}{start}")
        return self._today - timedelta(days=moved if is_past else -moved)

    def moment(self, moment: datetime) -> datetime:
        """Move a time, which has a time zone, to the second; a time at midnight is moved as a date."""
        seconds = int((self._now - moment).total_seconds() // 1)
        if abs(seconds) >= _SPANS[0] * _DAY:
            return self._on_another_day(moment)
        is_past, distance = seconds >= 0, abs(seconds)
        start, end = (0, _DAY) if distance < _DAY else (_DAY, _SPANS[0] * _DAY)
        moved = self._moved(distance, start, end, f"seconds{is_past}{start}")
        return moment + timedelta(seconds=(distance - moved) if is_past else (moved - distance))

    def epoch(self, seconds: int) -> int:
        """Move a time in seconds since 1970."""
        return int((self.moment(_EPOCH + timedelta(seconds=seconds)) - _EPOCH).total_seconds())

    def _on_another_day(self, moment: datetime) -> datetime:
        day = self.date(moment.date())
        time = moment.hour * 3600 + moment.minute * 60 + moment.second
        if time:
            time = self._moved(time, 1, _DAY, "time of day")
        return datetime(day.year, day.month, day.day, tzinfo=moment.tzinfo) + timedelta(
            seconds=time, microseconds=moment.microsecond
        )

    def _moved(self, distance: int, start: int, end: int, name: str) -> int:
        width = end - start
        return start + (distance - start + 1 + self._seed(name) % (width - 1)) % width

    def _span(self, days: int, *, is_past: bool) -> tuple[int, int]:
        """Return the span of time that a distance in days is in: its first day, and that after the last."""
        if days < _SPANS[0]:
            return 0, _SPANS[0]
        years = min(days // 366, _MAX_YEARS)
        while years < _MAX_YEARS and days >= self._days(years + 1, is_past=is_past):
            years += 1
        return self._days(years, is_past=is_past) if years else _SPANS[0], self._days(years + 1, is_past=is_past)

    def _days(self, years: int, *, is_past: bool) -> int:
        """Return the distance in days of the day that many years ago, or ahead."""
        today = self._today
        year = today.year - years if is_past else today.year + years
        day = today.day if (today.month, today.day) != (2, 29) else 28
        return abs((today - date(year, today.month, day)).days)
