"""Checks the schedule."""

from __future__ import annotations

from datetime import datetime

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.hooks.schedule import Schedule, describe_schedule
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["check_schedule"]


def check_schedule(plugin: Plugin, hooks: Hooks, now: datetime) -> tuple[Schedule | None, list[Finding]]:
    """Parse the plugin's schedule; None if it has no valid one."""
    if hooks.cron_schedule is None:
        return None, []
    location = plugin.relative(next(iter(hooks.locations.get("schedule", ())), SourceLocation()))
    try:
        schedule = describe_schedule(hooks.cron_schedule, now)
    except InvalidPlugin as error:
        advice = "write minute, hour, day of month, month, day of week and year, in UTC, as in 45 3 * * ? *"
        return None, [Finding.error("cron-invalid", str(error).rstrip("."), advice, location)]
    if schedule.next_runs:
        return schedule, []
    message = f"The schedule {schedule.cron} has no future runs"
    return schedule, [Finding.warning("cron-never-due", message, "choose a future year, or *", location)]
