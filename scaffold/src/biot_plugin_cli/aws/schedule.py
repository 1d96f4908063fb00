"""The schedule: a rule of EventBridge, and the alias that it calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.aws.errors import AwsRefused, find, tolerate
from biot_plugin_cli.aws.session import Account

__all__ = ["Schedule", "delete_schedule", "find_schedule", "set_schedule"]

_TARGET = "biot-plugin"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule.

    Attributes:
        cron: The cron expression, with six fields, in UTC.
        target: The ARN that is called; empty for none. What else somebody has set for it follows.
        is_enabled: Whether it runs.
        tags: Its tags.
        others: The ids of targets that somebody has added.
        pattern: The pattern of events that somebody has added; empty for none.
    """

    cron: str
    target: str
    is_enabled: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    pattern: str = ""


def find_schedule(account: Account, name: str) -> Schedule | None:
    """Read a schedule; None if there is none."""
    rule = find(lambda: account.events.describe_rule(Name=name))
    if rule is None:
        return None
    targets = account.events.list_targets_by_rule(Rule=name)["Targets"]
    own = next((_describe(target) for target in targets if target["Id"] == _TARGET), "")
    tags = account.events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
    return Schedule(
        cron=rule.get("ScheduleExpression", "").removeprefix("cron(").removesuffix(")"),
        target=own,
        is_enabled=rule.get("State") == "ENABLED",
        tags={tag["Key"]: tag["Value"] for tag in tags},
        others=tuple(sorted(target["Id"] for target in targets if target["Id"] != _TARGET)),
        pattern=rule.get("EventPattern") or "",
    )


def set_schedule(account: Account, name: str, schedule: Schedule, description: str, others: Sequence[str]) -> None:
    """Create or update a schedule. The whole rule is sent, as AWS empties what is left out.

    Args:
        account: The account.
        name: The rule's name.
        schedule: The schedule.
        description: The rule's description.
        others: The ids of targets to remove.
    """
    tags: Any = [{"Key": key, "Value": value} for key, value in schedule.tags.items()]
    exists = find(lambda: account.events.describe_rule(Name=name)) is not None
    rule = account.events.put_rule(
        Name=name,
        ScheduleExpression=f"cron({schedule.cron})",
        State="ENABLED" if schedule.is_enabled else "DISABLED",
        Description=description,
        # AWS ignores the tags of a rule that exists.
        **({} if exists else {"Tags": tags}),
    )
    if exists:
        account.events.tag_resource(ResourceARN=rule["RuleArn"], Tags=tags)
    result = account.events.put_targets(Rule=name, Targets=[{"Id": _TARGET, "Arn": schedule.target}])
    if result.get("FailedEntryCount"):
        failure = result["FailedEntries"][0]
        raise AwsRefused(
            f"AWS did not accept the target of the schedule ({failure.get('ErrorMessage')}): run this command again",
            failure.get("ErrorCode", ""),
        )
    if others:
        tolerate(lambda: account.events.remove_targets(Rule=name, Ids=list(others)))


def _describe(target: Mapping[str, Any]) -> str:
    by_hand = sorted({*target} - {"Id", "Arn"})
    return f"{target['Arn']} with {', '.join(by_hand)}" if by_hand else str(target["Arn"])


def delete_schedule(account: Account, name: str) -> None:
    """Delete a schedule, with all targets, which would keep AWS from deleting it."""
    targets = find(lambda: account.events.list_targets_by_rule(Rule=name))
    if targets and targets["Targets"]:
        ids = [target["Id"] for target in targets["Targets"]]
        tolerate(lambda: account.events.remove_targets(Rule=name, Ids=ids))
    tolerate(lambda: account.events.delete_rule(Name=name))
