"""Prints plans for one's own AWS account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.change_lines import ChangeLine, describe_changes, hide_changes
from biot_plugin_cli.deploy.config_changes import Change, changed_fields
from biot_plugin_cli.deploy.report import describe_commit
from biot_plugin_cli.deploy.variables import VARIABLES
from biot_plugin_cli.manifest.environment_variables import RECORD_VARIABLES
from biot_plugin_cli.own_account.desired_state import DEPLOY_VARIABLES, KEY_VARIABLE
from biot_plugin_cli.own_account.plan import Plan
from biot_plugin_cli.own_account.steps.base import Step
from biot_plugin_cli.terminal.console import err
from biot_plugin_cli.terminal.plain_text import one_line

__all__ = ["other_names", "plan_document", "print_plan", "print_steps", "print_title", "steps_document"]

_TITLES = {"create": ("Create", "green"), "update": ("Update", "yellow"), "none": ("Nothing to do for", "dim")}
_WORDS = {"create": ("create", "green"), "update": ("change", "yellow"), "delete": ("delete", "red")}
_VERBS = {"added": "green", "removed": "red", "moved": "yellow", "changed": "yellow", "": "yellow"}


def plan_document(plan: Plan) -> dict[str, Any]:
    """Create the plan's part of the document of `--json`."""
    deployment = plan.deployment
    names, version = deployment.desired.names, deployment.actual.alias
    shown = _shown_variables(plan)
    return {
        "action": plan.action,
        "target": "aws",
        "name": names.plugin,
        "function": names.function,
        "account": deployment.account.id,
        "region": deployment.account.region_name,
        "version": int(deployment.version) if deployment.version else None,
        "versionBefore": int(version.version) if version else None,
        "contentHash": deployment.desired.content_hash,
        "codeChanged": plan.sends_code,
        **steps_document(plan.steps, shown),
        "otherVariables": other_variables(plan),
        "reservedConcurrency": deployment.actual.function.concurrency if deployment.actual.function else None,
    }


def steps_document(steps: Sequence[Step], shown: Mapping[str, str]) -> dict[str, Any]:
    """Create the part of the document of `--json` that has steps and their changes.

    Args:
        steps: The steps.
        shown: The environment variables whose values may be shown.
    """
    return {
        "changes": [
            {"resource": step.resource, "action": step.action, **asdict(change)}
            for step in steps
            for change in hide_changes(step.changes, shown)
        ],
        "steps": [{"resource": step.resource, "action": step.action} for step in steps],
    }


def print_plan(plan: Plan) -> None:
    """Print a plan on standard error; standard output has the outcome."""
    deployment = plan.deployment
    word, style = _TITLES[plan.action]
    print_title((word, style), deployment.desired.names.plugin, deployment.account, deployment.desired.base_url)
    print_steps(plan.steps, _shown_variables(plan), is_new=plan.action == "create")
    if plan.sends_code and deployment.desired.commit:
        err.print(Text.assemble("  ", ("commit", "dim"), f"  {describe_commit(deployment.desired.commit)}"))
    if others := other_variables(plan):
        names = ", ".join(map(one_line, others))
        err.print(Text.assemble("  ", ("unchanged", "dim"), f"  {VARIABLES} {names}: not in pyproject.toml"))
    if deployment.actual.function and deployment.actual.function.concurrency == 0:
        err.print(
            f"warning: The reserved concurrency of {deployment.desired.names.function} is 0, so AWS refuses every "
            "call: remove it in AWS's console, where somebody has set it",
            markup=False,
        )


def print_title(word: tuple[str, str], plugin: str, account: Account, base_url: str) -> None:
    """Print, on standard error, what the steps below are for.

    Args:
        word: What is done, and its style.
        plugin: The plugin's name.
        account: Where it runs.
        base_url: The platform's base URL.
    """
    title = f" {plugin} in the AWS account {account.id}, {account.region_name}, for {base_url}"
    err.print(Text.assemble((word[0], f"bold {word[1]}"), title))


def print_steps(steps: Sequence[Step], variables: Mapping[str, str], *, is_new: bool = False) -> None:
    """Print steps on standard error.

    Args:
        steps: The steps.
        variables: The environment variables whose values may be shown.
        is_new: Whether there was nothing before.
    """
    for step in steps:
        word, style = _WORDS[step.action]
        err.print(Text.assemble("  ", (word, style), f" {one_line(step.resource)}"))
        for line in describe_changes(hide_changes(_selected(_split(step.changes)), variables)):
            err.print(_line(line, is_new=is_new or step.action == "create"))


def other_variables(plan: Plan) -> list[str]:
    """List the variables of the function that neither the manifest nor a deployment sets."""
    function = plan.deployment.actual.function
    variables = function.config.environment if function else {}
    return other_names(variables, plan.deployment.desired.manifest.environment)


def other_names(variables: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    """List the names of variables that neither the manifest nor a deployment sets.

    Args:
        variables: The variables of a version.
        environment: The variables of the manifest.
    """
    return sorted({*variables} - {*environment, *DEPLOY_VARIABLES, *RECORD_VARIABLES})


def _selected(changes: tuple[Change, ...]) -> Iterator[Change]:
    """Select what people have to know: all, but for what follows from the rest."""
    important = [change for change in changes if (change.before or change.after) and not _is_record(change)]
    yield from important or changes


def _split(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Split the table of tags, which appears as a whole with a new resource."""
    return tuple(
        part
        for change in changes
        for part in (
            changed_fields({}, change.after, "tags.")
            if change.field == "tags" and change.before is None and isinstance(change.after, Mapping)
            else (change,)
        )
    )


def _is_record(change: Change) -> bool:
    return change.field == "contentHash" or change.field.startswith("tags.biot-plugin:")


def _line(line: ChangeLine, *, is_new: bool) -> Text:
    style = _VERBS[line.verb]
    name = f"{line.field} {line.verb} {line.member}".strip() if line.verb else line.field
    before = "" if is_new or line.before == "none" else line.before
    arrow = " → " if before and line.after else ""
    values: list[str | tuple[str, str]] = [(before, "red"), arrow, (line.after, style)] if before or line.after else []
    return Text.assemble(f"      {' '.join(name.split())}", "  " if values else "", *values)


def _shown_variables(plan: Plan) -> Mapping[str, str]:
    deployment = plan.deployment
    service = {key: value for key, value in deployment.service_variables.items() if key != KEY_VARIABLE}
    return {**deployment.desired.variables, **service}
