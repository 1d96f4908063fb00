"""Timestamps in the format of the platform and AWS."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z")


def parse_timestamp(value: str | None) -> datetime | None:
    """Parse an ISO 8601 time in UTC with 0 to 9 fractional digits, to the microsecond; None for anything else."""
    match = _TIMESTAMP.fullmatch(value or "")
    if match is None:
        return None
    try:
        seconds = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    return seconds.replace(microsecond=int((match[2] or "0").ljust(6, "0")[:6]), tzinfo=timezone.utc)
