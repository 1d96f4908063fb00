"""Shows plans and plugins to people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.deploy.plan import Plan
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.terminal.console import err, out

__all__ = ["plan_document", "plugin_table", "print_not_kept", "print_plan", "print_plugin", "print_warnings"]

_ACTIONS = {"create": ("Create", "green"), "update": ("Update", "yellow"), "none": ("Nothing to do for", "dim")}
_SHOWN = (
    "name",
    "displayName",
    "version",
    "enabledState",
    "runtime",
    "handler",
    "timeout",
    "memorySize",
    "cronSchedule",
)


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as `--json` has it."""
    return {
        "action": plan.action,
        "name": plan.name,
        "version": plan.version,
        "versionBefore": plan.version_before,
        "contentHash": plan.content_hash,
        "codeChanged": plan.sends_code,
        "changes": [{"field": one.field, "before": one.before, "after": one.after} for one in plan.changes],
    }


def print_plan(plan: Plan, base_url: str) -> None:
    """Say what will be done, on standard error: standard output has the outcome."""
    word, style = _ACTIONS[plan.action]
    err.print(Text.assemble((word, f"bold {style}"), f" {plan.name} on {base_url}"))
    if plan.action == "none":
        return
    version = f"{plan.version_before} → {plan.version}" if plan.version_before else str(plan.version)
    same = plan.version_before == plan.version
    err.print(f"  version  {plan.version}, as it is" if same else f"  version  {version}")
    err.print(f"  code     {'goes up' if plan.sends_code else 'stays'}")
    for change in plan.changes:
        err.print(
            Text.assemble(f"  {change.field}  ", (_short(change.before), "red"), " → ", (_short(change.after), "green"))
        )


def print_warnings(findings: Iterable[Finding]) -> None:
    """Say what a check does not refuse, a line each, on standard error."""
    for one in findings:
        place = ":".join(str(part) for part in (one.file, one.line) if part is not None)
        where = f"{place}: " if place else ""
        err.print(Text.assemble(("warning", "yellow"), f": {where}{one.message}; {one.advice}"))


def print_not_kept(plan: Plan, error: CliError) -> None:
    """Say on standard error that a package went up and cannot be gone back to."""
    err.print(Text.assemble(("warning", "yellow"), f": version {plan.version} is not kept for rollback: {error}"))


def print_plugin(plugin: Mapping[str, Any]) -> None:
    """Show a plugin as the platform has it."""
    for name in _SHOWN:
        if plugin.get(name) is not None:
            out.print(Text.assemble((f"{name:14}", "bold"), str(plugin[name])))
    subscriptions = plugin.get("subscriptions") or {}
    for one in subscriptions.get("interceptions") or ():
        hook = one.get("apiId") or one.get("entityTypeName")
        out.print(Text.assemble(("intercepts    ", "bold"), f"{one['type']} {hook}"))
    for one in subscriptions.get("notifications") or ():
        out.print(Text.assemble(("is told of    ", "bold"), f"{one['entityTypeName']} {one['actionName']}"))
    for name in ("endpointUrl", "linkToConsole", "lastModifiedTime"):
        out.print(Text.assemble((f"{name:14}", "bold"), str(plugin.get(name))))


def plugin_table(plugins: Iterable[Mapping[str, Any]]) -> Table:
    """A line for each plugin."""
    table = Table("name", "version", "state", "runtime", "modified", box=None, pad_edge=False)
    for one in plugins:
        runtime = one.get("runtime") or "image"
        table.add_row(one["name"], str(one["version"]), one.get("enabledState") or "", runtime, one["lastModifiedTime"])
    return table


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
