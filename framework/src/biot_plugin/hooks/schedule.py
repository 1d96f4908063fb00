"""The hook of the plugin's schedule, and the cron expressions that the platform accepts (contract section 4.3)."""

from __future__ import annotations

import re
from contextlib import suppress

from biot_plugin.hooks.base import Hook
from biot_plugin.wire.kind import Kind

_MAX_LENGTH = 250


def _field(term: str, after: str, *, alone: str = "") -> str:
    item = f"(?:{term})(?:{after})?"
    return f"(?:{alone}|{item}(?:,{item})*)" if alone else f"{item}(?:,{item})*"


def _range_or_step(term: str) -> str:
    return rf"-(?:{term})|/\d+"


_MINUTE = r"[0-5]?[0-9]|\*"
_HOUR = r"[0-2]?[0-9]|\*"
_DAY = r"[1-3]?[0-9]W?|LW|L|\*"
_MONTH = r"1?[0-9]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|\*"
_WEEKDAY = r"(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)L?|L|\*"
_YEAR = r"[12]\d{3}|\*"

_FIELDS = {
    "minute": (_field(_MINUTE, _range_or_step(_MINUTE)), "0-59 or *"),
    "hour": (_field(_HOUR, _range_or_step(_HOUR)), "0-23 or *"),
    "day of month": (_field(_DAY, _range_or_step(_DAY), alone=r"\?"), "1-31, L, LW, 15W, * or ?"),
    "month": (_field(_MONTH, rf"-(?:{_MONTH})(?:/\d+)?|/\d+"), "1-12, JAN-DEC in upper case, or *"),
    "day of week": (
        _field(_WEEKDAY, _range_or_step(_WEEKDAY), alone=r"\?|(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[0-5]"),
        "1-7 with 1 = SUN, SUN-SAT in upper case, L, 6L, 6#3, * or ?",
    ),
    "year": (_field(_YEAR, _range_or_step(_YEAR)), "1000-2999 or *"),
}


class ScheduleHook(Hook):
    """The plugin's one schedule."""

    __slots__ = ("cron",)

    def __init__(self, cron: str) -> None:
        try:
            _validate_cron(cron)
        except ValueError as error:
            raise ValueError(f"{cron!r} is not a schedule: {_advise(cron) or error}") from None
        super().__init__(Kind.SCHEDULED)
        self.cron = cron


def _advise(text: str) -> str | None:
    """Advise whoever has written a schedule of another form; None if there is no better advice."""
    # Loaded for a mistake alone.
    from biot_plugin.wire.equivalent_cron import equivalent_cron

    cron = equivalent_cron(text)
    if cron is not None:
        with suppress(ValueError):
            _validate_cron(cron)
            return f"write it as {cron!r}, a cron expression"
    if text.strip().lower().startswith("rate("):
        return f"write it as cron: {', '.join(_FIELDS)}; no cron has exactly these runs, so choose a near one"
    return None


def _validate_cron(expression: str) -> None:
    """Validate a cron expression: minute, hour, day of month, month, day of week, year, in UTC.

    Raises:
        ValueError: The platform would refuse it; the message names the field and its allowed values.
    """
    if len(expression) > _MAX_LENGTH:
        raise ValueError(f"it is longer than {_MAX_LENGTH} characters")
    values = expression.split(" ")
    values = [value for index, value in enumerate(values) if value or index in (0, len(values) - 1)]
    if len(values) != len(_FIELDS):
        raise ValueError(
            f"it needs {len(_FIELDS)} fields ({', '.join(_FIELDS)}) separated by spaces, not {len(values)}"
        )
    for (name, (pattern, allowed)), value in zip(_FIELDS.items(), values):  # noqa: B905
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not a {name}: {allowed}")
    if (values[2] == "?") == (values[4] == "?"):
        raise ValueError("exactly one of day of month and day of week must be ?")
