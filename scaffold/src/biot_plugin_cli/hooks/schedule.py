"""Describes a schedule to people: its meaning and its next runs (contract section 4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["Schedule", "describe_schedule"]

_MAX_RUNS = 3
_SATURDAY = "7"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plugin's schedule.

    Attributes:
        cron: The cron expression.
        meaning: Its meaning in one sentence; None if it cannot be put into words.
        next_runs: The next three runs in UTC; fewer if there are no more.
    """

    cron: str
    meaning: str | None
    next_runs: tuple[datetime, ...]


def describe_schedule(cron: str, now: datetime) -> Schedule:
    """Parse a schedule, and describe it.

    Args:
        cron: The cron expression, with six fields.
        now: The time after which the next runs are, with its time zone.

    Raises:
        InvalidPlugin: The platform rejects it.
    """
    from biot_emulator.cron.expression import Cron, InvalidCron

    try:
        schedule = Cron(cron)
    except InvalidCron as error:
        raise InvalidPlugin(str(error)) from error
    runs: list[datetime] = []
    while len(runs) < _MAX_RUNS and (due := schedule.next_after(runs[-1] if runs else now)):
        runs.append(due)
    return Schedule(cron, _meaning(cron), tuple(runs))


def _meaning(cron: str) -> str | None:
    from cron_descriptor import ExpressionDescriptor, FormatException, Options

    fields = re.split(" +", cron)
    if any(re.search(r"-.*[LW]", field) for field in (fields[2].removeprefix("L"), fields[4])):
        return None  # The library cannot describe ranges to such days.
    if fields[4] == "L":
        fields[4] = _SATURDAY
    options = Options()
    options.use_24hour_time_format = True
    options.day_of_week_start_index_zero = False
    options.verbose = True
    options.locale_code = "en_US"
    try:
        return str(ExpressionDescriptor(" ".join(fields), options).get_description())
    except (FormatException, IndexError, ValueError):
        return None
