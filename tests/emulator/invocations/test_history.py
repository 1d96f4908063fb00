"""The last invocations: as many as there is room for, however they are made."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from biot_emulator.event_kind import EventKind
from biot_emulator.http.response import Response
from biot_emulator.invocations import history, records
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.records import Started, Trigger, invocation_record
from biot_emulator.lambda_function.invocation import Invocation, InvocationError


def record(number: int, plugin: str = "Plugin-demo", input: Any = None) -> dict[str, Any]:
    return {"id": str(number), "plugin": plugin, "input": input}


def test_the_last_invocations_are_told_by_plugin_and_by_id() -> None:
    invocations = Invocations()
    heard: list[dict[str, Any]] = []
    invocations.listeners.append(heard.append)
    records = [record(number, f"Plugin-{number % 2}") for number in range(6)]
    for one in records:
        invocations.add(one)
    assert invocations.all() == heard == records
    assert invocations.all("Plugin-1") == records[1::2]
    assert invocations.last(2) == (records[:-3:-1], 6)
    assert invocations.last(9, "Plugin-0") == (records[::2][::-1], 3)
    assert invocations.get("3") == records[3]
    assert invocations.get("9") is None
    invocations.clear()
    assert invocations.last(9) == ([], 0)


def test_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_MAX_RECORDS", 3)
    monkeypatch.setattr(history, "_MAX_BYTES", 1000)
    invocations = Invocations()
    for number in range(5):
        invocations.add(record(number))
    assert [one["id"] for one in invocations.all()] == ["2", "3", "4"]
    invocations.add(record(5, input="x" * 960))
    assert [one["id"] for one in invocations.all()] == ["5"]
    invocations.add(record(6, input="x" * 2000))
    assert [one["id"] for one in invocations.all()] == ["6"]


def test_a_record_has_the_time_of_the_end_and_its_summary_that_of_the_start() -> None:
    """Whoever follows a log looks for what has ended since."""
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    invocations = Invocations()
    started = Started("p", Trigger(EventKind.DIRECT), {}, time=begin, secrets=tuple, variables={})
    invocations.begin(started)
    assert [summary.pending for summary in invocations.summaries()] == [True]
    assert invocations.all() == []
    pending = invocations.get(started.summary.id)
    assert pending
    assert (pending["pending"], pending["statusCode"], pending["input"]) == (True, None, {})
    done = Invocation({}, Response(200), None, 1.0, None, 20, [], cold=False)
    record = invocations.end(started, done, end).record()
    assert record == invocations.get(started.summary.id)
    assert (record["time"], record["pending"], record["id"]) == ("2026-01-02T00:00:00.000Z", False, pending["id"])
    [summary] = invocations.summaries()
    assert (summary.document()["time"], summary.pending) == ("2026-01-01T00:00:00.000Z", False)


def test_a_record_takes_no_more_memory_than_its_text() -> None:
    invocations, megabyte = Invocations(), 1024 * 1024
    tracemalloc.start()
    try:
        invocations.add(record(0, input=[[] for _ in range(megabyte // 3)]))
        assert tracemalloc.get_traced_memory()[0] < 2 * megabyte
    finally:
        tracemalloc.stop()


def begun(event: Any, secrets: Any = tuple) -> Started:
    trigger = Trigger(EventKind.PRE_REQUEST)
    return Started("p", trigger, event, time=datetime(2026, 1, 1, tzinfo=UTC), secrets=secrets, variables={})


def result(body: bytes = b"{}", error: InvocationError | None = None, logs: Sequence[str] = ()) -> Invocation:
    return Invocation({}, Response(200, content=body), error, 1.0, None, 20, list(logs), cold=False)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the records that were made, in order."""
    ids: list[str] = []

    def count(*arguments: Any, **options: Any) -> Any:
        ids.append(options["id"])
        return invocation_record(*arguments, **options)

    monkeypatch.setattr(records, "invocation_record", count)
    return ids


def test_nobody_waits_for_a_record_that_nobody_looks_at(made: list[str]) -> None:
    invocations = Invocations()
    event = {"headers": {}, "body": '{"request": {"body": {"a": 1}}}'}
    for _ in range(3):
        invocations.end(begun(event), result(b'{"request": {"body": {"a": 2}}}'))
    assert made == []
    newest, second, oldest = invocations.summaries()
    assert [(one.pending, one.status_code, one.cold) for one in (newest, second, oldest)] == [(False, 200, False)] * 3
    assert made == []
    record = invocations.get(second.id)
    assert record
    assert record["difference"] == [{"path": "/body/a", "before": 1, "after": 2}]
    assert invocations.get(second.id) == record
    assert made == [second.id]
    invocations.complete([newest, second])
    assert made == [second.id, newest.id]
    assert [one.document()["changes"] for one in (newest, second, oldest)] == [1, 1, None]
    assert [one["id"] for one in invocations.all()] == [oldest.id, second.id, newest.id]
    assert made == [second.id, newest.id, oldest.id]


@pytest.mark.parametrize(
    ("event", "invocation"),
    [
        ({}, result(error=InvocationError("Sandbox.Timedout", "after 3 seconds"))),
        ({"body": "x" * 100_000}, result()),
        ({}, result(b"x" * 100_000)),
        ({}, result(logs=["x" * 1000] * 100)),
    ],
    ids=["failed", "large event", "large response", "large log"],
)
def test_what_failed_or_is_large_is_recorded_at_once(made: list[str], event: Any, invocation: Invocation) -> None:
    invocations, started = Invocations(), begun(event)
    invocations.end(started, invocation)
    assert made == [started.summary.id]
    assert invocations.get(started.summary.id)
    assert made == [started.summary.id]


def test_whoever_listens_gets_each_record(made: list[str]) -> None:
    invocations, heard = Invocations(), list[dict[str, Any]]()
    invocations.listeners.append(heard.append)
    ended = invocations.end(begun({}), result())
    assert heard == invocations.all() == [ended.record()]


def test_a_record_has_none_of_the_secrets_of_its_time_whenever_it_is_made() -> None:
    secrets = ["the-first-key-1"]
    invocations, started = Invocations(), begun({"body": "the-first-key-1"}, lambda: secrets)
    invocations.end(started, result(b'"the-first-key-1"', logs=["the-first-key-1"]))
    secrets[:] = ["the-second-key-2"]
    record = invocations.get(started.summary.id)
    assert record
    assert (record["input"]["body"], record["reply"], record["logs"]) == ("<hidden>", "<hidden>", ["<hidden>"])


def test_what_nobody_has_looked_at_makes_room_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_MAX_BYTES", 200_000)
    invocations = Invocations()
    for _ in range(50):
        invocations.end(begun({"body": "x" * 20_000}), result())
    left = invocations.summaries()
    assert 5 < len(left) < 10
    invocations.complete(left)
    assert len(invocations.all()) == len(left)
    assert sum(one.size for one in left) <= 200_000


def test_an_invocation_takes_no_more_memory_than_its_text_until_somebody_looks() -> None:
    invocations = Invocations()
    lists: list[Any] = [[] for _ in range(15_000)]
    tracemalloc.start()
    try:
        for _ in range(20):
            invocations.end(begun(lists), result())
        assert tracemalloc.get_traced_memory()[0] < 20 * 60_000
    finally:
        tracemalloc.stop()
