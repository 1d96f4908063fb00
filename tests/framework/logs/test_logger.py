from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.logging import Logger

from biot_plugin import DirectCall, Notification, Plugin, PreRequest, Reject
from biot_plugin.testing import Client, events

PATIENTS = "POST/organization/v1/users/patients"


Log = Callable[[], list[dict[str, Any]]]


def traced(number: int) -> dict[str, Any]:
    return events.pre_request(PATIENTS, envelope={"headers": {"traceparent": f"00-{number:032x}-{number:016x}-00"}})


def test_a_record_is_the_platforms(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(PATIENTS)
    def handler(event: PreRequest) -> None:
        event.logger.warning("careful", extra={"count": 3})

    Client(plugin).send(traced(1))
    (record,) = log()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("@timestamp"))
    assert record.pop("location").startswith("handler:")
    assert record == {
        "message": "careful",
        "level": "WARN",
        "level_value": 40000,
        "appName": "Demo Plugin",
        "traceId": f"{1:032x}",
        "count": 3,
    }


@pytest.mark.parametrize(
    ("level", "name", "value"),
    [("info", "INFO", 30000), ("warning", "WARN", 40000), ("error", "ERROR", 50000), ("critical", "ERROR", 50000)],
)
def test_levels_are_the_platforms(plugin: Plugin, log: Log, level: str, name: str, value: int) -> None:
    getattr(plugin.logger, level)("text")
    (record,) = log()
    assert (record["level"], record["level_value"], record["traceId"]) == (name, value, None)


def test_the_level_can_be_set(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("BIOT_APP_NAME", "Debugged")
    Plugin().logger.debug("fine")
    (record,) = log()
    assert (record["level"], record["level_value"]) == ("DEBUG", 10000)


def test_each_event_of_a_warm_container_has_its_own_trace_id(plugin: Plugin, log: Log) -> None:
    plugin.pre_request(PATIENTS)(lambda event: event.logger.info("here"))
    client = Client(plugin)
    for number in (1, 2, 3):
        client.send(traced(number))
    assert [record["traceId"] for record in log()] == [f"{number:032x}" for number in (1, 2, 3)]


def test_a_record_is_one_line_whatever_is_in_it(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    @plugin.pre_request(PATIENTS)
    def handler(event: PreRequest) -> None:
        event.logger.info("two\nlines", extra={"more": "\r\n\u2028", "odd": object()})
        raise ValueError("three\nmore")

    Client(plugin).pre_request(PATIENTS)
    assert len([json.loads(line) for line in capsys.readouterr().out.split("\n") if line]) == 2


def test_a_line_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch, plugin: Plugin) -> None:
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr(logging, "raiseExceptions", False)
    plugin.logger.info("lost")


def test_the_root_logger_does_not_write_the_line_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIOT_APP_NAME", "Once")
    root = logging.getLogger()
    handler = logging.StreamHandler()
    root.addHandler(handler)
    try:
        Plugin().logger.info("once")
    finally:
        root.removeHandler(handler)
    captured = capsys.readouterr()
    assert (captured.out + captured.err).count("once") == 1


def test_an_unknown_exception_is_logged_with_its_traceback_and_answered_without(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(PATIENTS)
    def breaks(event: PreRequest) -> None:
        raise RuntimeError("the disk is full")

    reply = Client(plugin).pre_request(PATIENTS)
    (record,) = log()
    assert record["level"] == "ERROR"
    assert "the disk is full" in record["exception"]
    assert "in breaks" in record["exception"]
    assert record["exception_name"] == "RuntimeError"
    assert "disk" not in json.dumps(reply.raw)
    assert reply.error is not None
    assert reply.error.code == "INTERNAL_SERVER_ERROR"


def test_a_stopped_call_is_logged_by_who_is_to_blame(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(PATIENTS)
    def stops(event: PreRequest) -> None:
        raise Reject(event.body["status"], "CODE", "The message")

    client = Client(plugin)
    client.pre_request(PATIENTS, body={"status": 403})
    client.pre_request(PATIENTS, body={"status": 503})
    assert [(record["level"], record["message"]) for record in log()] == [
        ("WARN", "Stopped the call: 403 CODE: The message"),
        ("ERROR", "Stopped the call: 503 CODE: The message"),
    ]


def test_handlers_of_every_kind_have_the_logger(plugin: Plugin, log: Log) -> None:
    @plugin.notification("patient", "_create")
    def notified(event: Notification) -> None:
        event.logger.info("n")

    @plugin.endpoint()
    def called(event: DirectCall) -> None:
        event.logger.info("d")

    client = Client(plugin)
    client.notification("patient", "_create")
    client.direct()
    assert [record["message"] for record in log()] == ["n", "d"]


def test_a_logger_of_the_same_name_is_the_plugins(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    monkeypatch.setenv("BIOT_APP_NAME", "Shared")
    Logger(service="Shared")
    first, second = Plugin(), Plugin()
    for number, plugin in enumerate((first, second)):
        plugin.logger.append_keys(number=number)
        plugin.logger.info("here")
    assert [(record["appName"], record["number"]) for record in log()] == [("Shared", 0), ("Shared", 1)]
