"""How the platform writes times: ISO 8601 in UTC, with the digits that each place has."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["timestamp", "timestamp_to_the_microsecond", "timestamp_to_the_second"]


def timestamp(moment: datetime) -> str:
    """Format a time to the millisecond, as entities, plugins and tokens have it."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:-6]}Z"


def timestamp_to_the_second(moment: datetime) -> str:
    """Format a time to the second, as scheduled events have it (contract section 4.2)."""
    return f"{_seconds(moment)}Z"


def timestamp_to_the_microsecond(moment: datetime) -> str:
    """Format a time to the microsecond without trailing zeros, as notifications have it (contract section 3.2)."""
    digits = f"{moment.microsecond:06d}".rstrip("0")
    return f"{_seconds(moment)}{'.' if digits else ''}{digits}Z"


def _seconds(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
