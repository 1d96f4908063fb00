"""Timestamps in the format of the platform and AWS."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_TIMESTAMP = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z", re.ASCII)


def parse_timestamp(value: str | None) -> datetime | None:
    """Parse an ISO 8601 time in UTC with 0 to 9 fractional digits, to the microsecond; None for anything else."""
    match = _TIMESTAMP.fullmatch(value or "")
    if match is None:
        return None
    *whole, fraction = match.groups("0")
    try:
        # Unlike `strptime`, which would load the locale in somebody's first call.
        return datetime(*map(int, whole), int(fraction.ljust(6, "0")[:6]), tzinfo=timezone.utc)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
