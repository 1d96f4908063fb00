"""Suggests the cron expression that means the same as a schedule of another form, such as `rate(5 minutes)`."""

from __future__ import annotations

import re

__all__ = ["equivalent_cron"]

_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)", re.IGNORECASE)
_WRAPPED = re.compile(r"cron\((.*)\)", re.IGNORECASE | re.DOTALL)
_NAMED = {
    "@hourly": "0 * * * ? *",
    "@daily": "0 0 * * ? *",
    "@midnight": "0 0 * * ? *",
    "@weekly": "0 0 ? * SUN *",
    "@monthly": "0 0 1 * ? *",
    "@yearly": "0 0 1 1 ? *",
    "@annually": "0 0 1 1 ? *",
}
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_HOUR, _DAY, _WEEK = 60, 24 * 60, 7 * 24 * 60
_UNIX_FIELDS = 5


def equivalent_cron(text: str) -> str | None:
    """Return the cron expression with the same runs; None if there is none, or it is unknown.

    Args:
        text: A schedule, in whatever form.
    """
    text = " ".join(text.split())
    if rate := _RATE.fullmatch(text):
        return _of_minutes(int(rate[1]) * _MINUTES[rate[2].lower()])
    if wrapped := _WRAPPED.fullmatch(text):
        return wrapped[1].strip()
    return _NAMED.get(text.lower()) or _of_unix(text.split(" "))


def _of_minutes(minutes: int) -> str | None:
    """Return a run every so many minutes. Minutes and hours begin anew with each hour and day."""
    if minutes == _WEEK:
        return "0 0 ? * SUN *"
    if minutes == _DAY:
        return "0 0 * * ? *"
    if minutes and minutes % _HOUR == 0 and _DAY % minutes == 0:
        return "0 * * * ? *" if minutes == _HOUR else f"0 0/{minutes // _HOUR} * * ? *"
    if minutes and _HOUR % minutes == 0:
        return "* * * * ? *" if minutes == 1 else f"0/{minutes} * * * ? *"
    return None


def _of_unix(fields: list[str]) -> str | None:
    """Return the six fields of the five that cron has elsewhere, where days of the week do not count from 0."""
    if len(fields) == _UNIX_FIELDS and fields[4] == "*":
        return " ".join([*fields[:4], "?", "*"])
    return None
