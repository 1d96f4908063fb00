"""Prints plans and plugins for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.deploy.plan import Plan
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.terminal.console import err, out

__all__ = ["plan_document", "plugin_table", "print_not_stored", "print_plan", "print_plugin", "print_warnings"]

_ACTIONS = {"create": ("Create", "green"), "update": ("Update", "yellow"), "none": ("Nothing to do for", "dim")}
_MAX_RENDERED_LENGTH = 80
_FIELDS = (
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
    """Create the plan's part of the document of `--json`."""
    return {
        "action": plan.action,
        "name": plan.name,
        "version": plan.version,
        "versionBefore": plan.version_before,
        "contentHash": plan.content_hash,
        "codeChanged": plan.sends_code,
        "changes": [asdict(change) for change in plan.changes],
    }


def print_plan(plan: Plan, base_url: str) -> None:
    """Print the plan on standard error; standard output has the outcome."""
    word, style = _ACTIONS[plan.action]
    err.print(Text.assemble((word, f"bold {style}"), f" {plan.name} on {base_url}"))
    if plan.action == "none":
        return
    version = f"{plan.version_before} → {plan.version}" if plan.version_before else str(plan.version)
    is_same = plan.version_before == plan.version
    err.print(f"  version  {plan.version}, unchanged" if is_same else f"  version  {version}")
    err.print(f"  code     {'uploaded' if plan.sends_code else 'unchanged'}")
    for change in plan.changes:
        err.print(
            Text.assemble(
                f"  {change.field}  ", (_render(change.before), "red"), " → ", (_render(change.after), "green")
            )
        )


def print_warnings(findings: Iterable[Finding]) -> None:
    """Print the warnings of a check on standard error, one per line."""
    for finding in findings:
        location = f"{finding.location}: " if finding.file else ""
        err.print(Text.assemble(("warning", "yellow"), f": {location}{finding.message}; {finding.advice}"))


def print_not_stored(plan: Plan, error: CliError) -> None:
    """Warn on standard error that a package was uploaded, but cannot be rolled back to."""
    err.print(Text.assemble(("warning", "yellow"), f": version {plan.version} is not stored for rollback: {error}"))


def print_plugin(plugin: Mapping[str, Any]) -> None:
    """Print a plugin of the platform."""
    for name in _FIELDS:
        if plugin.get(name) is not None:
            out.print(Text.assemble((f"{name:14}", "bold"), str(plugin[name])))
    subscriptions = plugin.get("subscriptions") or {}
    for interception in subscriptions.get("interceptions") or ():
        hook = interception.get("apiId") or interception.get("entityTypeName")
        out.print(Text.assemble(("intercepts    ", "bold"), f"{interception['type']} {hook}"))
    for notification in subscriptions.get("notifications") or ():
        hook = f"{notification['entityTypeName']} {notification['actionName']}"
        out.print(Text.assemble(("is notified of", "bold"), f" {hook}"))
    for name in ("endpointUrl", "linkToConsole", "lastModifiedTime"):
        out.print(Text.assemble((f"{name:14}", "bold"), str(plugin.get(name))))


def plugin_table(plugins: Iterable[Mapping[str, Any]]) -> Table:
    """Create a table with a row for each plugin."""
    table = Table("name", "version", "state", "runtime", "modified", box=None, pad_edge=False)
    for plugin in plugins:
        state, runtime = plugin.get("enabledState") or "", plugin.get("runtime") or "image"
        table.add_row(plugin["name"], str(plugin["version"]), state, runtime, plugin["lastModifiedTime"])
    return table


def _render(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_RENDERED_LENGTH else f"{text[: _MAX_RENDERED_LENGTH - 1]}…"
