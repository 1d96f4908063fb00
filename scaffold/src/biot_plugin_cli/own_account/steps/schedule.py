"""The schedule, and the permission that lets it call the alias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.aws.permissions import remove_permission, schedule_permission
from biot_plugin_cli.aws.schedule import Schedule, delete_schedule, set_schedule
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.own_account.steps.address import permission_steps
from biot_plugin_cli.own_account.steps.base import Deployment, Step, compare_tags, step_for

__all__ = ["plan_schedule"]


def plan_schedule(deployment: Deployment) -> list[Step]:
    """Plan the schedule; nothing if the hooks are unknown."""
    account, desired, actual = deployment.account, deployment.desired, deployment.actual
    if desired.hooks is None:
        return []
    names = desired.names
    after = desired.schedule(names.alias_arn(account), is_enabled=not actual.is_disabled)
    if after is None:
        return _removal(deployment)
    permission = schedule_permission(names.rule_arn(account))
    missing = [permission] if actual.permissions.get(permission.sid) != permission else []
    schedule, before = after, actual.schedule
    description = f"Schedule of the BioT plugin {names.plugin}"
    return [
        *permission_steps(deployment, missing, "permission of the schedule"),
        *step_for(
            f"schedule {names.rule}",
            _fields(before, after) if before else None,
            _fields(after, after),
            lambda: set_schedule(account, names.rule, schedule, description, ()),
            lambda: set_schedule(account, names.rule, schedule, description, before.others if before else ()),
        ),
    ]


def _removal(deployment: Deployment) -> list[Step]:
    account, names, actual = deployment.account, deployment.desired.names, deployment.actual
    sid = schedule_permission(names.rule_arn(account)).sid
    if actual.schedule is None and sid not in actual.permissions:
        return []

    def run() -> None:
        delete_schedule(account, names.rule)
        remove_permission(account, names.function, deployment.desired.alias, sid)

    changes = (Change("cron", actual.schedule.cron, None),) if actual.schedule else ()
    return [Step(f"schedule {names.rule}", "delete", changes, run)]


def _fields(schedule: Schedule, desired: Schedule) -> Mapping[str, Any]:
    return {
        "cron": schedule.cron,
        "target": schedule.target,
        "state": "ENABLED" if schedule.is_enabled else "DISABLED",
        "otherTargets": list(schedule.others),
        "eventPattern": schedule.pattern,
        "tags": compare_tags(schedule.tags, desired.tags),
    }
