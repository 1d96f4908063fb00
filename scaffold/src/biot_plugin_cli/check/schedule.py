"""What `biot-plugin check` finds in the schedule."""

from __future__ import annotations

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.hooks.reader import Hooks
from biot_plugin_cli.hooks.schedule import Schedule, read_schedule

__all__ = ["check_schedule"]


def check_schedule(subject: Subject, hooks: Hooks) -> tuple[Schedule | None, list[Finding]]:
    """Read the plugin's schedule; None where it has none that the platform takes."""
    if hooks.cron_schedule is None:
        return None, []
    place = next(iter(hooks.places.get("schedule", ())), None)
    at = subject.at_place(place) if place else (None, None)
    try:
        schedule = read_schedule(hooks.cron_schedule, subject.now)
    except InvalidPlugin as error:
        advice = "write minute, hour, day of month, month, day of week and year, in UTC, as in 45 3 * * ? *"
        return None, [Finding.error("cron-invalid", str(error).rstrip("."), advice, at)]
    if schedule.next_runs:
        return schedule, []
    said = f"The schedule {schedule.cron} is never due again"
    return schedule, [Finding.warning("cron-never-due", said, "choose a year to come, or *", at)]
