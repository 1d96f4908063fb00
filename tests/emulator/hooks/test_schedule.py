"""Plugins that run by the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.testing import Emulator
from tests.emulator.conftest import code_zip

pytestmark = pytest.mark.slow

CODE = code_zip("def handler(event, context): return event['time']")


def eventually(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def set_clock(emulator: Emulator, moment: str) -> None:
    assert emulator.call("PUT", "/_emulator/clock", json={"now": moment}).status_code == 200


def times(emulator: Emulator) -> list[str]:
    return [str(one["reply"])[:16] for one in emulator.invocations()]


def test_a_plugin_is_called_in_the_minutes_of_its_schedule(emulator: Emulator) -> None:
    emulator.deploy(CODE, cronSchedule="45 1/12 1-5 JAN,OCT ? *")
    set_clock(emulator, "2031-01-03T01:44:59.500Z")
    assert eventually(lambda: times(emulator) == ["2031-01-03T01:45"])
    # The minute that the clock is set to counts; those that it skips do not.
    set_clock(emulator, "2031-10-01T13:45:30Z")
    assert eventually(lambda: len(times(emulator)) == 2)
    set_clock(emulator, "2031-10-01T13:46:00Z")
    set_clock(emulator, "2032-10-06T13:45:00Z")
    assert not eventually_more(emulator, 2)
    assert times(emulator) == ["2031-01-03T01:45", "2031-10-01T13:45"]


def eventually_more(emulator: Emulator, count: int) -> bool:
    time.sleep(0.3)
    return len(emulator.invocations()) > count


def test_the_event_is_that_of_the_scheduler_and_of_nobody_else(emulator: Emulator) -> None:
    emulator.deploy(CODE, cronSchedule="0 0 1 1 ? 2040")
    record = emulator.fire_schedule()
    assert (record["kind"], record["hook"], record["statusCode"]) == ("SCHEDULED", "0 0 1 1 ? 2040", 200)
    event = record["input"]
    assert {name: event[name] for name in ("version", "detail-type", "source", "detail")} == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "detail": {},
    }
    assert event["resources"][0].endswith(":rule/Plugin-demo-Schedule")
    assert datetime.fromisoformat(event["time"]).tzinfo == UTC
    assert "headers" not in event


def test_a_disabled_plugin_is_not_called_by_the_clock(emulator: Emulator) -> None:
    # No minute turns on its own between here and the assertions.
    set_clock(emulator, "2031-01-03T01:43:00Z")
    emulator.deploy(CODE, "off", cronSchedule="* * * * ? *", enabledState="DISABLED")
    emulator.deploy(CODE, "on", cronSchedule="* * * * ? *")
    set_clock(emulator, "2031-01-03T01:44:00Z")
    assert eventually(lambda: len(emulator.invocations("on")) == 1)
    assert emulator.invocations("off") == []


def test_only_a_schedule_can_be_fired(emulator: Emulator) -> None:
    emulator.deploy(CODE)
    reply = emulator.call("POST", "/_emulator/plugins/Plugin-demo/schedule")
    assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")
    assert "cronSchedule" in reply.body["message"]
    assert emulator.call("POST", "/_emulator/plugins/Plugin-other/schedule").body["code"] == "PLUGIN_NOT_FOUND"


def test_a_plugin_that_is_deleted_before_its_turn_comes_is_not_invoked(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calling, has_come = Plugins.calling_current, threading.Event()

    @contextmanager
    def delete_first(plugins: Plugins, plugin: Plugin) -> Iterator[Plugin]:
        plugins.delete(plugin.full_name)
        try:
            with calling(plugins, plugin) as current:
                yield current
        finally:
            has_come.set()

    emulator.deploy(CODE, cronSchedule="0 0 1 1 ? 2040")
    monkeypatch.setattr(Plugins, "calling_current", delete_first)
    set_clock(emulator, "2040-01-01T00:00:00Z")
    assert has_come.wait(20)
    assert (emulator.invocations(), caplog.records) == ([], [])
