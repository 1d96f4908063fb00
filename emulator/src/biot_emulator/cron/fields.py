"""The six fields of a schedule: their syntax and values (contract section 4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from biot_emulator.cron.days import Item, Term, span
from biot_emulator.errors import EmulatorError

__all__ = ["DAY", "HOUR", "MINUTE", "MONTH", "WEEKDAY", "YEAR", "Field", "InvalidCron"]

_ITEM = re.compile(r"([^-/]+)(?:-([^-/]+))?(?:/([0-9]+))?")


class InvalidCron(EmulatorError):
    """The schedule is not valid on the platform; the message names the field and its allowed values."""


class Field:
    """One field of a schedule.

    Args:
        name: Its name in messages.
        allowed: Its allowed values, for messages.
        values: The value of each spelling.
        marked: Terms with a modifier.
        alone: Terms that must be the whole field; None for `?`, which has no value.
        steps_ranges: Whether a range may have a step.
        wraps: Whether a range may end before it starts.
    """

    def __init__(
        self,
        name: str,
        allowed: str,
        values: Mapping[str, int],
        *,
        marked: Mapping[str, Term] | None = None,
        alone: Mapping[str, Term | None] | None = None,
        steps_ranges: bool = False,
        wraps: bool = True,
    ) -> None:
        self.name = name
        self._allowed = allowed
        self._low, self._high = min(values.values()), max(values.values())
        self._terms = {"*": Term(self._low, self._high), **_terms(values), **(marked or {})}
        self._alone = alone or {}
        self._steps_ranges = steps_ranges
        self._wraps = wraps

    def items(self, text: str) -> tuple[Item, ...]:
        """Parse the field.

        Raises:
            InvalidCron: It is not valid on the platform.
        """
        if text in self._alone:
            term = self._alone[text]
            return (Item(term, term),) if term else ()
        return tuple(self._item(item) for item in text.split(","))

    def values(self, text: str) -> tuple[int, ...]:
        """Parse the field, which has no marked terms, into its values in ascending order."""
        spans = (span(item.first.first, item.last.last, item.step, self._low, self._high) for item in self.items(text))
        return tuple(sorted(set().union(*spans)))

    def _item(self, text: str) -> Item:
        if text in self._terms:
            return Item(self._terms[text], self._terms[text])
        match = _ITEM.fullmatch(text)
        if match is None:
            raise self._refusal(text)
        first, last, step = match.groups()
        if last and step and not self._steps_ranges:
            raise InvalidCron(f"The {self.name} {text!r} has a range and a step, but it takes only one of the two.")
        start, end = self._term(first), self._term(last) if last else Term(self._high, self._high)
        if start.first > end.last and not self._wraps:
            raise InvalidCron(f"The {self.name} range {text!r} ends before it starts; write the earlier one first.")
        return Item(start, end, self._step(step) if step else 1)

    def _term(self, text: str) -> Term:
        if text not in self._terms:
            raise self._refusal(text)
        return self._terms[text]

    def _step(self, text: str) -> int:
        longest = min(self._high, self._high - self._low + 1)
        if not 1 <= int(text) <= longest:
            raise InvalidCron(f"The {self.name} has a step of {text}, but it takes steps of 1-{longest}.")
        return int(text)

    def _refusal(self, text: str) -> InvalidCron:
        return InvalidCron(f"The {self.name} cannot be {text!r}; it takes {self._allowed}.")


def _numbers(low: int, high: int, form: str = "{}") -> dict[str, int]:
    return {form.format(number): number for number in range(low, high + 1)}


def _names(*names: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(names, 1)}


def _terms(values: Mapping[str, int], form: str = "{}", mark: str = "") -> dict[str, Term]:
    return {form.format(text): Term(value, value, mark) for text, value in values.items()}


_DAYS = _numbers(1, 31)
_WEEKDAYS = _numbers(1, 7) | _names("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

MINUTE = Field("minute", "0-59 or *, in ranges, steps and lists", _numbers(0, 59) | _numbers(0, 59, "{:02}"))
HOUR = Field("hour", "0-23 or *, in ranges, steps and lists", _numbers(0, 23) | _numbers(0, 23, "{:02}"))
DAY = Field(
    "day of month",
    "1-31, 15W, L, LW or *, in ranges, steps and lists, or ? alone",
    _DAYS,
    marked={"L": Term(0, 0, "L"), "LW": Term(0, 0, "LW")}
    | _terms(_DAYS, "{}W", "W")
    | _terms(_DAYS, "L-{}", "L")
    | _terms(_DAYS, "L-{}W", "LW"),
    alone={"?": None},
)
MONTH = Field(
    "month",
    "1-12, JAN-DEC in upper case or *, in ranges, steps and lists",
    _numbers(1, 12) | _names("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    steps_ranges=True,
)
WEEKDAY = Field(
    "day of week",
    "1-7 (1 is Sunday), SUN-SAT in upper case, 6L, L or *, in ranges, steps and lists, or ? or 6#3 alone",
    _WEEKDAYS,
    marked={"L": Term(7, 7)} | _terms(_WEEKDAYS, "{}L", "L"),
    alone={"?": None}
    | {text: term for nth in range(1, 6) for text, term in _terms(_WEEKDAYS, f"{{}}#{nth}", f"#{nth}").items()},
)
YEAR = Field("year", "1970-2199 or *, in ranges, steps and lists", _numbers(1970, 2199), wraps=False)
