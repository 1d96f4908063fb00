"""A schedule for people: what it means, and when it is due (contract section 4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["Schedule", "read_schedule"]

_RUNS = 3
_SATURDAY = "7"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of the platform's.

    Attributes:
        cron: The schedule, as the platform takes it.
        meaning: What it means, in one sentence; None where there are no words for it.
        next_runs: The next moments that it is due, in UTC; fewer than three only where there are no more.
    """

    cron: str
    meaning: str | None
    next_runs: tuple[datetime, ...]


def read_schedule(cron: str, now: datetime) -> Schedule:
    """Read a schedule.

    Args:
        cron: Its six fields.
        now: The moment after which the next runs are, with its time zone.

    Raises:
        InvalidPlugin: The platform does not take it.
    """
    from biot_emulator.cron.expression import Cron, InvalidCron

    try:
        schedule = Cron(cron)
    except InvalidCron as error:
        raise InvalidPlugin(str(error)) from error
    runs: list[datetime] = []
    while len(runs) < _RUNS and (due := schedule.next_after(runs[-1] if runs else now)):
        runs.append(due)
    return Schedule(cron, _meaning(cron), tuple(runs))


def _meaning(cron: str) -> str | None:
    from cron_descriptor import ExpressionDescriptor, FormatException, Options

    fields = re.split(" +", cron)
    if any(re.search(r"-.*[LW]", field) for field in (fields[2].removeprefix("L"), fields[4])):
        return None  # It has no words for ranges to such days.
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
