"""The range of time of a search, and how long it may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from biot_emulator.services.measurements.errors import ExceedMaxTimeRange, InvalidTimeRange, TimeBeforeMinTime
from biot_emulator.services.measurements.moments import MICROSECONDS, parse_moment, write_moment
from biot_emulator.state.timestamps import timestamp

__all__ = ["TimeRange", "check_length", "check_range"]

TimeRange = tuple[int, int]
"""The first and the last time, in microseconds."""

#: How far raw values of one search may lie apart. The platform has a limit too, and does not publish it.
_MAX_LENGTH = timedelta(days=366)


def check_range(start: Any, end: Any, now: datetime, wrong: Callable[[str], Exception]) -> TimeRange:
    """Return a range of time.

    Args:
        start: The first time, as a request has it.
        end: The last time.
        now: The platform's time.
        wrong: Makes the error for what is no time, of the words `start` or `end`.

    Raises:
        InvalidTimeRange: The end is not after the start.
        TimeBeforeMinTime: There are no measurements that early.
    """
    first, last = parse_moment(start), parse_moment(end)
    if first is None or last is None:
        raise wrong("start" if first is None else "end")
    if last <= first:
        message = "The end of the range of time must be after its start"
        raise InvalidTimeRange(message, startTime=start, latestPossibleTime=timestamp(now), endTime=end)
    if first < 0:
        earliest = write_moment(0)
        message = f"The range of time must not begin before {earliest}"
        raise TimeBeforeMinTime(message, startTime=start, endTime=end, minTime=earliest)
    return first, last


def check_length(range: TimeRange) -> None:
    """Check that a range of time is not too long for raw values.

    Raises:
        ExceedMaxTimeRange: It is.
    """
    if range[1] - range[0] > _MAX_LENGTH.total_seconds() * MICROSECONDS:
        message = f"The range of time must not be longer than {_MAX_LENGTH.days} days"
        times = {"startTime": write_moment(range[0]), "endTime": write_moment(range[1])}
        raise ExceedMaxTimeRange(message, **times, maxTimeRange=f"P{_MAX_LENGTH.days}D")
