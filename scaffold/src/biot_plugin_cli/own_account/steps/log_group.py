"""The log group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.aws.log_group import LogGroup, create_log_group, update_log_group
from biot_plugin_cli.own_account.steps.base import Deployment, Step, compare_tags, step_for

__all__ = ["plan_log_group"]


def plan_log_group(deployment: Deployment) -> list[Step]:
    """Plan the log group."""
    account, name = deployment.account, deployment.desired.names.log_group
    before, after = deployment.actual.log_group, deployment.desired.log_group
    return step_for(
        f"log group {name}",
        _fields(before, after) if before else None,
        _fields(after, after),
        lambda: create_log_group(account, name, after),
        lambda: update_log_group(account, name, after, before),
    )


def _fields(group: LogGroup, desired: LogGroup) -> Mapping[str, Any]:
    key = {"kmsKey": group.kms_key} if group.kms_key else {}
    return {"retentionDays": group.retention, **key, "tags": compare_tags(group.tags, desired.tags)}
