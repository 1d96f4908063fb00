"""The last invocations: as many as there is room for, however they are made."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from biot_emulator.event_kind import EventKind
from biot_emulator.http.response import Response
from biot_emulator.invocations import history
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.records import Started, Trigger
from biot_emulator.lambda_function.invocation import Invocation


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
    record = invocations.end(started, done, end)
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
