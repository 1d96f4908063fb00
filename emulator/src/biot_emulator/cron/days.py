"""The days of a month that match a schedule's day of month or day of week."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

__all__ = ["Item", "Term", "days_by_date", "days_by_weekday", "span"]

_SATURDAY, _SUNDAY = 6, 7  # of date.isoweekday()


@dataclass(frozen=True, slots=True)
class Term:
    """A value of a field, or all values (`*`: from `first` to `last`).

    Attributes:
        first: The lowest value; with an L in a day of month, the number of days before the month's last.
        last: The highest value, the same as `first` for everything but `*`.
        mark: The value's modifier: L, W, LW, or # with a number.
    """

    first: int
    last: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One member of a field's list: from `first` to `last` by `step`; a single term is both ends."""

    first: Term
    last: Term
    step: int = 1


def span(first: int, last: int, step: int, low: int, high: int) -> set[int]:
    """Return every step-th value from `first` to `last`; after `high` follows `low`."""
    size = high - low + 1
    return {low + (first - low + offset) % size for offset in range(0, (last - first) % size + 1, step)}


def days_by_date(items: Iterable[Item], year: int, month: int) -> set[int]:
    """Return the days of a month that match a day of month."""
    days: set[int] = set()
    for item in items:
        first = _day(item.first.first, item.first.mark, year, month)
        last = _day(item.last.last, item.last.mark, year, month)
        if first and last and (first <= last or "L" not in item.last.mark):  # nothing comes after a month's end
            days |= span(first, last, item.step, 1, 31)
    return {day for day in days if day <= monthrange(year, month)[1]}


def _day(value: int, mark: str, year: int, month: int) -> int | None:
    if not mark:
        return value
    length = monthrange(year, month)[1]
    day = length - value if "L" in mark else value
    if not 1 <= day <= length:
        return None
    return _nearest_weekday(date(year, month, day), length) if "W" in mark else day


def _nearest_weekday(day: date, length: int) -> int:
    """Return the nearest Monday to Friday in the same month."""
    if day.isoweekday() == _SATURDAY:
        return day.day - 1 if day.day > 1 else day.day + 2
    if day.isoweekday() == _SUNDAY:
        return day.day + 1 if day.day < length else day.day - 2
    return day.day


def days_by_weekday(items: Iterable[Item], year: int, month: int) -> set[int]:
    """Return the days of a month that match a day of week; an L or # at either end applies to the whole item."""
    length = monthrange(year, month)[1]
    return {
        day
        for item in items
        for weekdays in [span(item.first.first, item.last.last, item.step, 1, 7)]
        for day in range(1, length + 1)
        if date(year, month, day).isoweekday() % 7 + 1 in weekdays
        and _is_marked(day, item.first.mark, length)
        and _is_marked(day, item.last.mark, length)
    }


def _is_marked(day: int, mark: str, length: int) -> bool:
    if mark == "L":
        return day > length - 7
    return not mark or mark == f"#{(day + 6) // 7}"
