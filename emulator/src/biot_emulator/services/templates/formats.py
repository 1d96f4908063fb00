"""What texts with a meaning look like: phone numbers, addresses of mail, locales, time zones, dates."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache

__all__ = ["EMAIL", "PHONE", "is_country", "is_date", "is_locale", "is_moment", "is_timezone"]

PHONE = r"\+[1-9]\d{1,14}"
"""A number in the format E.164."""
EMAIL = r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*"
"""An address of mail, as far as a pattern can tell."""

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# The description has them in lower case with a hyphen; a captured event has `en_US`.
_LOCALE = re.compile(r"[A-Za-z]{2,3}[-_][A-Za-z]{2,3}")
_TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


def is_country(text: str) -> bool:
    """Whether a text has the form of a country's code in ISO 3166."""
    return _COUNTRY.fullmatch(text) is not None


def is_locale(text: str) -> bool:
    """Whether a text has the form of a locale, such as `en-us`."""
    return _LOCALE.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether a text is a day in ISO 8601."""
    try:
        return _DATE.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def is_moment(text: str) -> bool:
    """Whether a text is a time in ISO 8601, with its date."""
    try:
        return "T" in text and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def is_timezone(text: str) -> bool:
    """Whether a text is the name of a time zone; where this machine knows none, whether it has the form of one."""
    if len(text) > 64 or _TIMEZONE.fullmatch(text) is None:
        return False
    known = _timezones()
    return not known or text in known


@cache
def _timezones() -> frozenset[str]:
    from zoneinfo import available_timezones  # late: hardly any state has time zones

    return frozenset(available_timezones())
