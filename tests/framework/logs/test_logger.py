from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from biot_plugin import DirectCall, Notification, Plugin, PreRequest, Reject
from biot_plugin.testing import Client, Context, Signer, events, signed

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


SECRET = "PERSONAL-DATUM"


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "jwt",
        "accessToken",
        "secret_key",
        "password",
        "body",
        "entity",
        "old_entity",
        "headers",
        "_name",
    ],
)
def test_fields_that_carry_secrets_or_bodies_are_masked_at_every_depth(plugin: Plugin, log: Log, name: str) -> None:
    plugin.logger.info("text", extra={name: SECRET, "deep": [{name: {"x": SECRET}}], "fine": "stays"})
    (record,) = log()
    assert SECRET not in json.dumps(record)
    assert (record[name], record["fine"]) == ("[redacted]", "stays")


def test_tokens_are_masked_wherever_they_stand(plugin: Plugin, signer: Signer, log: Log) -> None:
    token = signer.token("PLUGIN_INTERCEPTOR")
    plugin.logger.info(f"token {token} in text", extra={"field": f"Bearer {token}", "list": [token]})
    plugin.logger.info("Authorization: Bearer abc123")
    plugin.logger.info("%s", token)
    text = json.dumps(log())
    assert token not in text
    assert "abc123" not in text
    assert token.split(".")[1] not in text


def test_a_body_logged_as_the_message_is_masked(plugin: Plugin, log: Log) -> None:
    plugin.logger.info({"mrn": SECRET})
    plugin.logger.info([SECRET])
    plugin.logger.info(json.dumps({"mrn": SECRET}))
    assert [record["message"] for record in log()] == ["[redacted dict]", "[redacted list]", "[redacted dict]"]


class Patient(BaseModel):
    age: int


def test_input_that_a_validation_error_quotes_is_masked(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(PATIENTS)
    def validates(event: PreRequest) -> None:
        Patient.model_validate(event.body)

    Client(plugin).pre_request(PATIENTS, body={"age": SECRET})
    (record,) = log()
    assert "Patient" in record["exception"]
    assert SECRET not in json.dumps(record)


def test_an_event_can_be_logged_without_a_datum_of_it(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(PATIENTS)
    def handler(event: PreRequest) -> None:
        event.logger.info(f"{event}", extra={"what": event, "event": event.raw})
        event.logger.info(event)

    Client(plugin).pre_request(PATIENTS, body={"mrn": SECRET})
    records = log()
    assert SECRET not in json.dumps(records)
    assert records[0]["message"] == f"<PreRequest PRE_REQUEST {PATIENTS}>"


@pytest.mark.parametrize("outcome", [None, RuntimeError("oops"), Reject(403, "NO", "No"), 7, "default"])
def test_no_event_is_ever_logged_whole(log: Log, signer: Signer, outcome: Any) -> None:
    """Every kind of event, with secrets in every place, through handlers that end in every way."""

    def handler(event: Any) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    plugin = Plugin()
    for register in (
        plugin.pre_request(PATIENTS),
        plugin.post_request(PATIENTS),
        plugin.adapt_entity("patient"),
        plugin.notification("patient", "_create"),
        plugin.endpoint(),
    ):
        register(handler)
    datum = {"mrn": SECRET, "_name": {"firstName": SECRET}}
    client = Client(plugin)
    sent = [
        events.pre_request(PATIENTS, body=datum, query={"searchRequest": [SECRET]}, headers={"cookie": SECRET}),
        events.post_request(PATIENTS, body=datum, request_body=datum),
        events.adapt_entity("patient", entities=[datum]),
        events.notification("patient", "_create", entity=datum, old_entity=datum),
        events.direct("POST", f"/{SECRET}", query={"q": SECRET}, body=datum, headers={"cookie": SECRET}),
    ]
    for event in sent:
        client.send(event)
        broken = signed(event, signer)
        broken["body"] = broken["body"][:-1]
        plugin.handler(broken, Context())
    text = json.dumps(log())
    assert SECRET not in text
    assert "eyJ" not in text


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
