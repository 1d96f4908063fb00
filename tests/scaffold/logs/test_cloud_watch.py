from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.logs.cloud_watch import OVERLAP_MS, CloudWatch
from biot_plugin_cli.logs.selection import Since
from tests.scaffold.moto_account import MotoAccount

GROUP = "/aws/lambda/biot-demo"
HOUR = Since(age=timedelta(hours=1))
NOW = int(time.time() * 1000)


def write(aws: MotoAccount, *texts: str, group: str = GROUP, moment: int | None = None) -> None:
    logs = aws.client("logs")
    if not logs.describe_log_streams(logGroupName=group)["logStreams"]:
        logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = int(time.time() * 1000) if moment is None else moment
    logs.put_log_events(
        logGroupName=group, logStreamName="s", logEvents=[{"timestamp": at, "message": text} for text in texts]
    )


@pytest.fixture
def group(aws: MotoAccount) -> MotoAccount:
    aws.client("logs").create_log_group(logGroupName=GROUP)
    return aws


def test_each_event_is_read_once(group: MotoAccount) -> None:
    source = CloudWatch(Account(), GROUP, HOUR)
    write(group, "one", "two")

    first = [event.text for event in source.poll()]
    write(group, "three")

    assert first == ["one", "two"]
    assert [event.text for event in source.poll()] == ["three"]
    assert not [*source.poll()]


def test_older_events_are_not_read(group: MotoAccount) -> None:
    write(group, "old", moment=int(time.time() * 1000) - 7_200_000)
    write(group, "new")

    assert [event.text for event in CloudWatch(Account(), GROUP, HOUR).poll()] == ["new"]


def test_aws_looks_for_the_trace(group: MotoAccount) -> None:
    write(group, '{"message": "a", "traceId": "0af7651916cd43dd8448eb211c80319c"}', "other")

    source = CloudWatch(Account(), GROUP, HOUR, "0af7651916cd43dd8448eb211c80319c")

    assert [event.text[:15] for event in source.poll()] == ['{"message": "a"']


def test_a_log_group_that_is_not_there_is_said_in_a_sentence(aws: MotoAccount) -> None:
    with pytest.raises(OperationFailed, match="There is no log group /aws/lambda/biot-demo in the AWS account"):
        list(CloudWatch(Account(), GROUP, HOUR).poll())


class Scripted:
    """An account whose log is a sequence of pages."""

    def __init__(self) -> None:
        self.account = Account("eu-central-1")
        client = boto3.client("logs", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
        self.stubber = Stubber(client)
        self.account.__dict__["logs"] = client

    def page(
        self, *events: tuple[str, int], start: Any = ANY, token: str | None = None, after: str | None = None
    ) -> None:
        response: dict[str, Any] = {
            "events": [{"eventId": name, "timestamp": moment, "message": name} for name, moment in events]
        }
        expected = {"logGroupName": GROUP, "startTime": start, **({"nextToken": after} if after else {})}
        self.stubber.add_response(
            "filter_log_events", {**response, **({"nextToken": token} if token else {})}, expected
        )


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    made = Scripted()
    with made.stubber:
        yield made
        made.stubber.assert_no_pending_responses()


def test_an_empty_page_is_not_the_end(scripted: Scripted) -> None:
    scripted.page(token="1")
    scripted.page(token="2", after="1")
    scripted.page(("a", NOW), after="2")

    assert [event.text for event in CloudWatch(scripted.account, GROUP, HOUR).poll()] == ["a"]


def test_events_that_arrive_late_are_read(scripted: Scripted) -> None:
    source = CloudWatch(scripted.account, GROUP, HOUR)
    scripted.page(("a", NOW - 5), ("b", NOW))
    scripted.page(("a", NOW - 5), ("late", NOW - 3), ("b", NOW), start=NOW - OVERLAP_MS)
    scripted.page(("late", NOW - 3), ("b", NOW), ("c", NOW + 1), start=NOW - OVERLAP_MS)

    assert [[event.text for event in source.poll()] for _ in range(3)] == [["a", "b"], ["late"], ["c"]]


def test_a_time_in_the_future_hides_nothing_that_follows(scripted: Scripted) -> None:
    source = CloudWatch(scripted.account, GROUP, HOUR)
    scripted.page(("odd", NOW + 10**10))
    scripted.page(("odd", NOW + 10**10), ("b", NOW + 5))

    assert [[event.text for event in source.poll()] for _ in range(2)] == [["odd"], ["b"]]


def test_the_start_never_goes_back(scripted: Scripted) -> None:
    source = CloudWatch(scripted.account, GROUP, Since(age=timedelta(seconds=1)))
    starts: list[int] = []
    scripted.account.logs.meta.events.register(
        "provide-client-params.cloudwatch-logs.FilterLogEvents", lambda params, **_: starts.append(params["startTime"])
    )
    scripted.page()
    scripted.page()

    assert [*source.poll(), *source.poll()] == []
    assert starts[1] >= starts[0]
