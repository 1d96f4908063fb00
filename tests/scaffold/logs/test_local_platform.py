from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.logs.local_platform import LocalPlatform, plugin_of_link
from biot_plugin_cli.logs.selection import Since

HOUR = Since(age=timedelta(hours=1))
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


class Records:
    """A platform that has the records of many invocations."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.requested: list[str] = []

    def add(self, count: int = 1, *, logs: tuple[str, ...] = (), age: int = 0, **fields: Any) -> None:
        for _ in range(count):
            identity = f"id-{len(self.records)}"
            moment = (NOW - timedelta(seconds=age)).isoformat()
            self.records.insert(
                0, {"id": identity, "time": moment, "logs": [*logs], "kind": "ENDPOINT", "statusCode": 200, **fields}
            )

    def get(self, path: str, _: Any) -> Any:
        if path == "/_emulator/clock":
            return {"now": NOW.isoformat()}
        self.requested.append(path)
        limit = int(path.rpartition("=")[2])
        return {"data": self.records[:limit], "totalResults": len(self.records)}

    def source(self) -> LocalPlatform:
        return LocalPlatform(self.get, "Plugin-demo", HOUR)


def texts(source: LocalPlatform) -> list[str]:
    return [event.text for event in source.poll()]


def test_the_link_of_the_platform_on_this_machine_is_told_from_others() -> None:
    assert plugin_of_link("http://127.0.0.1:1/_emulator/?plugin=Plugin-a") == "Plugin-a"
    assert plugin_of_link("https://eu-central-1.console.aws.amazon.com/lambda/home?plugin=a") is None
    assert plugin_of_link("http://127.0.0.1:1/_emulator/") is None
    assert plugin_of_link("") is None


def test_an_invocation_has_its_lines_and_its_end() -> None:
    records = Records()
    records.add(logs=("one", "two"), hook="x", durationMs=3.5, initMs=20.0, traceId="t")

    events = [*records.source().poll()]

    assert [event.text for event in events] == ["one", "two", "[INFO] ENDPOINT x 200 in 3.5 ms, cold start 20.0 ms"]
    assert {event.trace for event in events} == {"t"}
    assert [event.document["eventId"] for event in events] == ["id-0-0", "id-0-1", "id-0-2"]


def test_an_invocation_that_failed_says_why() -> None:
    records = Records()
    records.add(error={"type": "Timeout", "message": "3 seconds"}, statusCode=502, durationMs=3000.0)

    assert texts(records.source()) == ["[ERROR] ENDPOINT 502 in 3000.0 ms: Timeout: 3 seconds"]


def test_a_traceback_is_one_event() -> None:
    records = Records()
    lines = (
        "before",
        "Traceback (most recent call last):",
        "  File",
        "    x",
        "KeyError: 1",
        "after",
        "Traceback (most recent call last):",
    )
    records.add(logs=lines)

    assert texts(records.source())[:-1] == ["before", "\n".join(lines[1:5]), "after", lines[6]]


def test_each_invocation_is_read_once_in_order() -> None:
    records, source = Records(), None
    source = records.source()
    records.add(2, logs=("a",))
    first = texts(source)
    records.add(logs=("b",))
    records.add(logs=("c",))

    assert first.count("a") == 2
    assert [text for text in texts(source) if not text.startswith("[")] == ["b", "c"]
    assert not texts(source)


def test_of_many_invocations_only_the_new_ones_are_asked_for() -> None:
    records = Records()
    source = records.source()
    records.add(1500)

    assert len(texts(source)) == 1000
    records.requested.clear()
    records.add(3)
    assert len(texts(source)) == 3
    assert records.requested == ["/_emulator/invocations?plugin=Plugin-demo&limit=20"]
    records.add(150)
    assert len(texts(source)) == 150


def test_older_invocations_are_not_read_by_the_clock_of_the_platform() -> None:
    records = Records()
    records.add(logs=("old",), age=3601)
    records.add(logs=("new",), age=3599)

    assert texts(records.source())[0] == "new"


def test_a_time_that_is_none_is_said() -> None:
    records = Records()
    records.add()
    records.records[0]["time"] = "yesterday"

    with pytest.raises(OperationFailed, match="'yesterday'"):
        texts(records.source())


def test_the_emulator_has_what_is_read(emulator: Emulator) -> None:
    def get(path: str, _: Any) -> Any:
        return emulator.call("GET", path).body

    assert texts(LocalPlatform(get, "Plugin-none", HOUR)) == []
