"""The dates and spans of `exclude-newer`, which uv converts before it records them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

__all__ = ["is_covered"]

_SPAN = re.compile(r"(?:P(?:T(?=\d{1,9}H))?)?(?P<number>\d{1,9})\s*(?P<unit>d|w|h)(?:(?:ay|eek|our)s?)?", re.IGNORECASE)


def is_covered(declared: Any, recorded: Any) -> bool:
    """Whether a lock file records a date, a span, or a boolean as it was declared, or a date before it.

    What was known at an earlier date is still known at a later one, so uv leaves the lock file as it is.

    Args:
        declared: The value in the settings; None when there is none.
        recorded: The value in the lock file, of which a span is `{"span": "P2D"}`; None when there is none.
    """
    span = recorded.get("span") if isinstance(recorded, Mapping) else None
    if declared is None or recorded is None or isinstance(declared, bool) or isinstance(recorded, bool):
        return bool(declared == recorded)
    if latest := _latest(str(declared)):
        moment = None if span else _latest(str(recorded))
        return moment is not None and moment <= latest
    # What is neither a date nor a simple span cannot be compared.
    return span is not None and (not _parse_span(str(declared)) or _parse_span(str(declared)) == _parse_span(str(span)))


def _latest(text: str) -> datetime | None:
    """Return the last moment that a date can mean; a day ends with the time zone of whoever made the lock file."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) + timedelta(days=2)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_span(text: str) -> tuple[int, str] | None:
    match = _SPAN.fullmatch(text.strip())
    return (int(match["number"]), match["unit"].lower()) if match else None
