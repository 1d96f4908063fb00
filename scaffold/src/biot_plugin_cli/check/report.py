"""Prints the result of `biot-plugin check`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.hooks.schedule import Schedule
from biot_plugin_cli.terminal.console import out
from biot_plugin_cli.terminal.plain_text import one_sentence

__all__ = ["check_document", "print_check"]

_STYLES = {"error": "bold red", "warning": "yellow"}


def check_document(result: CheckResult) -> dict[str, Any]:
    """Create the document of `--json`."""
    schedule = result.schedule
    return {
        "ok": result.exit_code == 0,
        "errors": result.errors,
        "warnings": result.warnings,
        "findings": [finding.document for finding in result.findings],
        "schedule": schedule
        and {
            "cron": schedule.cron,
            "meaning": schedule.meaning,
            "nextRuns": [run.isoformat().replace("+00:00", "Z") for run in schedule.next_runs],
        },
    }


def print_check(result: CheckResult) -> None:
    """Print the findings and the schedule for people."""
    for finding in result.findings:
        for line in _lines(finding):
            out.print(line)
    if result.schedule:
        out.print(_describe_schedule(result.schedule))
    out.print(_summary(result))


def _lines(finding: Finding) -> Iterator[Text]:
    location = str(finding.location)
    yield Text.assemble(
        (f"{finding.severity}", _STYLES[finding.severity]),
        f" {finding.code}",
        (f"  {location}" if location else "", "cyan"),
    )
    yield Text(f"  {one_sentence(finding.message)}")
    yield Text(f"  {one_sentence(finding.advice)}", "green")
    yield Text()


def _describe_schedule(schedule: Schedule) -> Text:
    runs = ", ".join(f"{run:%a %Y-%m-%d %H:%M}" for run in schedule.next_runs) or "never"
    meaning = f"{schedule.meaning} (UTC)" if schedule.meaning else "no description, in UTC"
    return Text.assemble((f"{schedule.cron}", "magenta"), f"  {meaning}; next: {runs}")


def _summary(result: CheckResult) -> Text:
    if not result.findings:
        return Text("No problems found.", "green")
    counts = [_count(result.errors, "error"), _count(result.warnings, "warning")]
    return Text(", ".join(count for count in counts if count), "bold")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""
