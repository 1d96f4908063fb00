"""The platform's cron schedules: which are valid, and when they are due (contract section 4.3).

The grammar is the published one, without values that no calendar has. What neither the platform nor AWS documents
follows Quartz, whose dialect this is:

- A range that ends before it starts wraps around: `22-2` is 22, 23, 0, 1 and 2, `FRI-MON` is four days. Years do not
  wrap.
- In the day of month, `L-3` is three days before the last, and `15W` is the Monday to Friday nearest to the 15th in the
  same month; a month without that day is skipped. In the day of week, `L` is Saturday.
- A step is no longer than its field.

What Quartz does not define means what its parts mean: `5-LW` is the 5th to the last weekday, `*-5` starts
at the lowest value, and `2-6L` is each last Monday to Friday of the month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from biot_emulator.cron.days import Item, days_by_date, days_by_weekday
from biot_emulator.cron.equivalent import equivalent_cron
from biot_emulator.cron.fields import DAY, HOUR, MINUTE, MONTH, WEEKDAY, YEAR, InvalidCron

__all__ = ["Cron", "InvalidCron"]

_MAX_LENGTH = 250
_FIELDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR)


@dataclass(frozen=True)
class Cron:
    """A schedule: minute, hour, day of month, month, day of week and year, in UTC.

    Args:
        text: The cron expression.

    Raises:
        InvalidCron: It is not valid on the platform.
    """

    text: str
    _schedule: _Schedule = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            schedule = _parse(self.text)
        except InvalidCron as error:
            raise InvalidCron(_advise(self.text) or str(error)) from None
        object.__setattr__(self, "_schedule", schedule)

    def matches(self, moment: datetime) -> bool:
        """Whether the schedule is due in the minute of `moment`, which has a time zone."""
        return self._schedule.is_due(moment.astimezone(UTC))

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first due minute after `moment`, which has a time zone, in UTC; None if there is none."""
        return next(self._schedule.after(moment.astimezone(UTC)), None)


@dataclass(frozen=True)
class _Schedule:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    dates: tuple[Item, ...]
    months: tuple[int, ...]
    weekdays: tuple[Item, ...]
    years: tuple[int, ...]

    def is_due(self, moment: datetime) -> bool:
        return (
            moment.minute in self.minutes
            and moment.hour in self.hours
            and moment.month in self.months
            and moment.year in self.years
            and moment.day in self._days(moment.year, moment.month)
        )

    def after(self, moment: datetime) -> Iterator[datetime]:
        for day in self._days_from(moment.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    due = datetime.combine(day, time(hour, minute), UTC)
                    if due > moment:
                        yield due

    def _days_from(self, first: date) -> Iterator[date]:
        for year in (year for year in self.years if year >= first.year):
            for month in self.months:
                days = (date(year, month, day) for day in sorted(self._days(year, month)))
                yield from (day for day in days if day >= first)

    def _days(self, year: int, month: int) -> set[int]:
        return days_by_date(self.dates, year, month) | days_by_weekday(self.weekdays, year, month)


def _advise(text: str) -> str | None:
    """Advise whoever has written a schedule of another form; None if there is no better advice."""
    cron = equivalent_cron(text[: _MAX_LENGTH + 1])
    if cron is not None:
        with suppress(InvalidCron):
            _parse(cron)
            return f"The schedule {text!r} is not a cron expression: write it as {cron!r}."
    if text.strip().lower().startswith("rate("):
        names = ", ".join(known.name for known in _FIELDS)
        return (
            f"The schedule {text[:_MAX_LENGTH]!r} is not a cron expression, and none has exactly its runs: write a "
            f"near one with the {len(_FIELDS)} fields {names}."
        )
    return None


def _parse(text: str) -> _Schedule:
    if len(text) > _MAX_LENGTH:
        raise InvalidCron(f"A schedule has at most {_MAX_LENGTH} characters, this one has {len(text)}.")
    texts = re.split(" +", text)
    if len(texts) != len(_FIELDS) or not all(texts):
        names = ", ".join(known.name for known in _FIELDS)
        raise InvalidCron(
            f"The schedule {text!r} must be the {len(_FIELDS)} fields {names}, with spaces only between them."
        )
    minute, hour, day, month, weekday, year = texts
    if (day == "?") == (weekday == "?"):
        raise InvalidCron(
            f"The {DAY.name} is {day!r} and the {WEEKDAY.name} is {weekday!r}, but exactly one of the two must be '?'."
        )
    return _Schedule(
        minutes=MINUTE.values(minute),
        hours=HOUR.values(hour),
        dates=DAY.items(day),
        months=MONTH.values(month),
        weekdays=WEEKDAY.items(weekday),
        years=YEAR.values(year),
    )
