"""Prints plans and plugins for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any, TypeAlias

from rich.text import Text

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.deploy.change_lines import ChangeLine, describe_changes, describe_interception, hide_changes
from biot_plugin_cli.deploy.plan import Plan
from biot_plugin_cli.deploy.subscriptions import describe_subscription
from biot_plugin_cli.deploy.variables import VARIABLES, other_variables
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.package.report import print_untracked
from biot_plugin_cli.package.source_tree import SourceTree, parse_commit
from biot_plugin_cli.terminal.console import err, out
from biot_plugin_cli.terminal.plain_text import columns, one_line, one_sentence

__all__ = [
    "describe_commit",
    "plan_document",
    "print_disabled",
    "print_not_noted",
    "print_not_stored",
    "print_note",
    "print_plan",
    "print_plugin",
    "print_plugins",
    "print_tree",
    "print_warnings",
    "tree_document",
]

_Parts: TypeAlias = "list[str | tuple[str, str]]"
"""The parts of a line: a text, or a text and its style."""

_COMMIT_DIGITS, _MAX_NAMES = 12, 5
_ACTIONS = {"create": ("Create", "green"), "update": ("Update", "yellow"), "none": ("Nothing to do for", "dim")}
_STYLES = {"added": "green", "removed": "red", "moved": "yellow", "changed": "yellow"}
_VERB_WIDTH = max(map(len, _STYLES))
_FIELDS = (
    "name",
    "displayName",
    "version",
    "enabledState",
    # The platform's name, and that of an account of one's own.
    "deploymentPackageType",
    "packageType",
    "imageDigest",
    "runtime",
    "handler",
    "timeout",
    "memorySize",
    "cronSchedule",
)
_ADDED_FIELDS = ("reservedConcurrency", "endpointUrl", "linkToConsole", "lastModifiedTime")


def plan_document(plan: Plan, environment: Mapping[str, str]) -> dict[str, Any]:
    """Create the plan's part of the document of `--json`.

    Args:
        plan: The plan.
        environment: The variables of the manifest; the values of all others are hidden.
    """
    return {
        "action": plan.action,
        "name": plan.name,
        "version": plan.version,
        "versionBefore": plan.version_before,
        "contentHash": plan.content_hash,
        "codeChanged": plan.sends_code,
        "changes": [asdict(change) for change in hide_changes(plan.changes, environment)],
        "otherVariables": _unchanged_variables(plan, environment),
    }


def print_plan(plan: Plan, base_url: str, environment: Mapping[str, str], commit: str | None = None) -> None:
    """Print the plan on standard error; standard output has the outcome.

    Args:
        plan: The plan.
        base_url: The platform's base URL.
        environment: The variables of the manifest; the values of all others are hidden.
        commit: What is recorded of the commit of the code; None for nothing.
    """
    word, style = _ACTIONS[plan.action]
    err.print(Text.assemble((word, f"bold {style}"), f" {plan.name} on {base_url}"))
    lines = [] if plan.action == "none" else list(_plan_lines(plan, environment, commit))
    for line in [*lines, *_unchanged_lines(plan, environment)]:
        err.print(line)


def _plan_lines(plan: Plan, environment: Mapping[str, str], commit: str | None) -> Iterator[Text]:
    """Yield the lines of a plan: fields of a single value in two columns, then the members of the others."""
    lines = describe_changes(hide_changes(plan.changes, environment))
    fields = [(line.field, _single_value(line, plan)) for line in lines if not line.verb]
    rows = [*_summary(plan, commit), *fields]
    width = max(len(field) for field, _ in rows)
    yield from (Text.assemble(f"  {field.ljust(width)}  ", *parts) for field, parts in rows)
    for field, members in groupby((line for line in lines if line.verb), lambda line: line.field):
        yield Text(f"  {field}")
        yield from map(_member_line, members)


def _summary(plan: Plan, commit: str | None) -> Iterator[tuple[str, _Parts]]:
    is_same = plan.version_before == plan.version
    change = f"{plan.version_before} → {plan.version}" if plan.version_before else str(plan.version)
    yield "version", [f"{plan.version}, unchanged" if is_same else change]
    yield "code", ["uploaded" if plan.sends_code else "unchanged"]
    if commit and plan.sends_code:
        yield "commit", [describe_commit(commit)]


def _single_value(line: ChangeLine, plan: Plan) -> _Parts:
    # A new plugin has no values before, and none is worth saying so.
    return _change(line.before if plan.before else "", line.after)


def _member_line(line: ChangeLine) -> Text:
    gap = "  " if line.before or line.after else ""
    verb = line.verb.ljust(_VERB_WIDTH), _STYLES[line.verb]
    return Text.assemble("    ", verb, f"  {line.member}{gap}", *_change(line.before, line.after))


def _change(before: str, after: str) -> _Parts:
    return [(before, "red"), " → " if before and after else "", (after, "green")]


def _unchanged_lines(plan: Plan, environment: Mapping[str, str]) -> Iterator[Text]:
    if others := _unchanged_variables(plan, environment):
        names = ", ".join(map(one_line, others))
        reason = (
            "set on the platform, but not in pyproject.toml; remove what is not needed with biot-plugin secret unset "
            "NAME"
        )
        yield Text.assemble("  ", ("unchanged", "dim"), f"  {VARIABLES} {names}: {reason}")


def _unchanged_variables(plan: Plan, environment: Mapping[str, str]) -> list[str]:
    """List the variables that the manifest does not have, and that the plan leaves as they are."""
    changed = {change.field.removeprefix(f"{VARIABLES}.") for change in plan.changes}
    return [name for name in other_variables(plan.before or {}, environment) if name not in changed]


def describe_commit(record: str) -> str:
    """Describe what is recorded of a commit to people."""
    commit, is_clean = parse_commit(record)
    return commit[:_COMMIT_DIGITS] if is_clean else f"{commit[:_COMMIT_DIGITS]}, with uncommitted changes"


def tree_document(tree: SourceTree) -> dict[str, Any]:
    """Create the part of the document of `--json` that says what the code was made of."""
    return {"commit": tree.commit, "clean": tree.is_clean, "untracked": list(tree.untracked)}


def print_tree(tree: SourceTree) -> None:
    """Say, on standard error, why nobody else could build this code again."""
    print_untracked(tree)
    if tree.commit is not None and tree.changed:
        names = ", ".join(tree.changed[:_MAX_NAMES]) + (", ..." if len(tree.changed) > _MAX_NAMES else "")
        _print_warning(
            f"the folder has uncommitted changes ({names}), so this version can be built again from no commit: commit "
            "first, or keep the package for rollback --package"
        )


def print_disabled(name: str) -> None:
    """Say, on standard error, that the platform does not call a plugin."""
    _print_warning(
        f"{name} stays DISABLED, so the platform does not call its hooks and schedule: run biot-plugin enable"
    )


def print_note(text: str) -> None:
    """Print a note on standard error."""
    err.print(Text.assemble(("note", "yellow"), one_sentence(f": {text}")))


def _print_warning(text: str) -> None:
    err.print(Text.assemble(("warning", "yellow"), one_sentence(f": {text}")))


def print_warnings(findings: Iterable[Finding]) -> None:
    """Print the warnings of a check on standard error, one per line."""
    for finding in findings:
        location = f"{finding.location}: " if finding.file else ""
        err.print(
            Text.assemble(("warning", "yellow"), one_sentence(f": {location}{finding.message}; {finding.advice}"))
        )


def print_not_stored(plan: Plan, error: CliError) -> None:
    """Warn on standard error that a package was uploaded, but cannot be rolled back to."""
    err.print(
        Text.assemble(
            ("warning", "yellow"), one_sentence(f": version {plan.version} is not stored for rollback: {error}")
        )
    )


def print_not_noted(error: CliError) -> None:
    """Warn on standard error that a deployment succeeded, but that nobody will know from here who made it."""
    err.print(Text.assemble(("warning", "yellow"), one_sentence(f": this deployment is not noted down: {error}")))


def print_plugin(plugin: Mapping[str, Any]) -> None:
    """Print a plugin of the platform.

    Args:
        plugin: The plugin, without values that must not be shown.
    """
    rows = list(_rows(plugin))
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        out.print(Text.assemble((label.ljust(width), "bold"), f"  {value}"))


def _rows(plugin: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _present(plugin, _FIELDS)
    variables = plugin.get(VARIABLES) or {}
    for name in sorted(variables) if isinstance(variables, Mapping) else ():
        yield VARIABLES, f"{one_line(name)} = {one_line(variables[name])}"
    subscriptions = plugin.get("subscriptions") or {}
    for interception in subscriptions.get("interceptions") or ():
        yield "intercepts", one_line(describe_interception(interception))
    for notification in subscriptions.get("notifications") or ():
        yield "is notified of", one_line(describe_subscription(notification))
    yield from _present(plugin, _ADDED_FIELDS)


def _present(plugin: Mapping[str, Any], fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    for field in fields:
        if plugin.get(field) is not None:
            yield field, one_line(plugin[field])


def print_plugins(plugins: Iterable[Mapping[str, Any]]) -> None:
    """Print a table with a row for each plugin."""
    rows = [
        (
            one_line(plugin["name"]),
            str(plugin["version"]),
            one_line(plugin["enabledState"]) if plugin.get("enabledState") else "",
            one_line(plugin.get("runtime") or "image"),
            one_line(plugin["lastModifiedTime"]),
        )
        for plugin in plugins
    ]
    header, *lines = columns([("name", "version", "state", "runtime", "modified"), *rows])
    out.print(Text(header, "bold"))
    for line in lines:
        out.print(Text(line))
