"""Shows what `biot-plugin check` has found."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.runner import CheckReport
from biot_plugin_cli.hooks.schedule import Schedule
from biot_plugin_cli.terminal.console import out

__all__ = ["check_document", "print_check"]

_STYLES = {"error": "bold red", "warning": "yellow"}


def check_document(report: CheckReport) -> dict[str, Any]:
    """The document of `--json`."""
    schedule = report.schedule
    return {
        "ok": report.exit_code == 0,
        "errors": report.errors,
        "warnings": report.warnings,
        "findings": [finding.document for finding in report.findings],
        "schedule": schedule
        and {
            "cron": schedule.cron,
            "meaning": schedule.meaning,
            "nextRuns": [run.isoformat().replace("+00:00", "Z") for run in schedule.next_runs],
        },
    }


def print_check(report: CheckReport) -> None:
    """Print the findings for people, and what the schedule means."""
    for finding in report.findings:
        out.print(_lines(finding))
    if report.schedule:
        out.print(_about(report.schedule))
    out.print(_summary(report))


def _lines(finding: Finding) -> Text:
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    head = (
        (f"{finding.severity}", _STYLES[finding.severity]),
        f" {finding.code}",
        (f"  {place}" if place else "", "cyan"),
    )
    return Text.assemble(*head, f"\n  {finding.message}\n", (f"  {finding.advice}\n", "green"))


def _about(schedule: Schedule) -> Text:
    runs = ", ".join(f"{run:%a %Y-%m-%d %H:%M}" for run in schedule.next_runs) or "never"
    meaning = f"{schedule.meaning} (UTC)" if schedule.meaning else "no words for it, in UTC"
    return Text.assemble((f"{schedule.cron}", "magenta"), f"  {meaning}; next: {runs}")


def _summary(report: CheckReport) -> Text:
    if not report.findings:
        return Text("Nothing is wrong.", "green")
    counts = [_counted(report.errors, "error"), _counted(report.warnings, "warning")]
    return Text(", ".join(count for count in counts if count), "bold")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""
