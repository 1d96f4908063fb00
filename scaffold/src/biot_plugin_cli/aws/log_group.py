"""The log group, which Lambda would make without a limit of time if it were not there before the function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from biot_plugin_cli.aws.errors import tolerate, unless_exists
from biot_plugin_cli.aws.session import Account

__all__ = [
    "LogGroup",
    "create_log_group",
    "delete_log_group",
    "find_log_group",
    "tag_log_group",
    "update_log_group",
]


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group.

    Attributes:
        retention: Days after which logs are deleted; None for never.
        kms_key: The ARN of the key that encrypts it; empty for AWS's own.
        tags: Its tags.
    """

    retention: int | None
    kms_key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def find_log_group(account: Account, name: str) -> LogGroup | None:
    """Read a log group; None if there is none."""
    pages = account.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    for group in (group for page in pages for group in page["logGroups"]):
        if group.get("logGroupName") == name:
            tags = account.logs.list_tags_for_resource(resourceArn=_arn(account, name))["tags"]
            return LogGroup(group.get("retentionInDays"), group.get("kmsKeyId") or "", tags)
    return None


def create_log_group(account: Account, name: str, group: LogGroup) -> None:
    """Create a log group; one that exists already is updated."""
    key = {"kmsKeyId": group.kms_key} if group.kms_key else {}
    unless_exists(
        lambda: account.logs.create_log_group(logGroupName=name, tags=dict(group.tags), **key)  # type: ignore[arg-type]
    )
    update_log_group(account, name, group, find_log_group(account, name))


def update_log_group(account: Account, name: str, group: LogGroup, before: LogGroup | None) -> None:
    """Set what differs from the log group as it was read."""
    if group.retention is not None and (before is None or before.retention != group.retention):
        account.logs.put_retention_policy(logGroupName=name, retentionInDays=group.retention)
    if before is not None and before.kms_key != group.kms_key:
        if group.kms_key:
            account.logs.associate_kms_key(logGroupName=name, kmsKeyId=group.kms_key)
        else:
            account.logs.disassociate_kms_key(logGroupName=name)
    if missing := {key: value for key, value in group.tags.items() if before is None or before.tags.get(key) != value}:
        account.logs.tag_resource(resourceArn=_arn(account, name), tags=missing)


def tag_log_group(account: Account, name: str, tags: Mapping[str, str]) -> None:
    """Add tags to a log group."""
    account.logs.tag_resource(resourceArn=_arn(account, name), tags=dict(tags))


def delete_log_group(account: Account, name: str) -> None:
    """Delete a log group, with all logs."""
    tolerate(lambda: account.logs.delete_log_group(logGroupName=name))


def _arn(account: Account, name: str) -> str:
    return account.arn("logs", f"log-group:{name}")
