"""Times of measurements: whole microseconds since 1970, and the ISO 8601 that requests and responses have."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from biot_emulator.state.timestamps import timestamp_to_the_microsecond

__all__ = ["MICROSECONDS", "parse_moment", "write_moment"]

MICROSECONDS = 1_000_000
"""How many there are in a second."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: With or without a colon in the offset: the platform's own clients write none in queries.
_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)


def parse_moment(text: object) -> int | None:
    """Return a time with its offset from UTC in microseconds; None for what is no such time."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        return None
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


def write_moment(microseconds: int) -> str:
    """Return a time as responses have it."""
    return timestamp_to_the_microsecond(_EPOCH + timedelta(microseconds=microseconds))
