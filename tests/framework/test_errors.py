from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from biot_plugin import BiotPluginError, InvalidEvent, Plugin, PreRequest, RegistrationError, Reject, UnverifiedCaller
from biot_plugin.testing import Client, Context, events

PATIENTS = "POST/organization/v1/users/patients"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_reject_is_the_platforms_error_body(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def stops(event: PreRequest) -> None:
        raise Reject(403, "PATIENT_IS_A_MINOR", "Patients must be 18 or older", minimum=18, code="x", status=1)

    reply = Client(plugin).pre_request(PATIENTS)
    assert reply.status_code == 403
    assert reply.headers == {
        "content-type": "application/json",
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-00",
    }
    assert reply.body == {
        "code": "PATIENT_IS_A_MINOR",
        "message": "Patients must be 18 or older",
        "serviceName": "Demo Plugin",
        "traceId": TRACE,
        "environment": "test",
        "details": {"minimum": 18, "code": "x", "status": 1},
    }


@pytest.mark.parametrize("status", [200, 302, 399, 600, 0, -1])
def test_a_reject_needs_an_error_status(status: int) -> None:
    with pytest.raises(ValueError, match="would let the call pass"):
        Reject(status, "CODE", "message")


@pytest.mark.parametrize("status", [403.5, True, "403", None, 403.0, [403]])
def test_the_status_of_a_reject_is_a_whole_number(status: Any) -> None:
    with pytest.raises(TypeError, match="needs a whole number from 400 to 599 as its status, not a"):
        Reject(status, "CODE", "message")


def test_the_status_may_be_one_of_the_standard_library(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    def stops(event: PreRequest) -> None:
        raise Reject(HTTPStatus.FORBIDDEN, "NO", "No")

    assert Client(plugin).pre_request(PATIENTS).raw["statusCode"] == 403


def test_names_are_filled_in_where_the_platform_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIOT_APP_NAME")
    monkeypatch.delenv("BIOT_SERVICE_ENVIRONMENT")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "Plugin-demo")
    error = Client(Plugin()).scheduled().error
    assert error is not None
    assert (error.service_name, error.environment) == ("Plugin-demo", "Not specified")


@pytest.mark.parametrize("event", [None, [], "text", 7, True, [{}]])
def test_what_is_no_event_is_answered(plugin: Plugin, event: Any) -> None:
    reply = plugin.handler(event, Context())
    assert reply["statusCode"] == 400
    assert '"NO_EVENT"' in reply["body"]


@pytest.mark.parametrize(
    "body", [None, "", "null", "[]", "7", "{", '{"a": NaN}', "{}", '{"request": {}}', '{"request": {"path": 7}}', b"x"]
)
def test_a_body_that_is_none_of_the_platforms_is_answered(plugin: Plugin, body: Any) -> None:
    plugin.pre_request(PATIENTS)(lambda event: None)
    if isinstance(body, bytes):
        reply = Client(plugin).send(events.pre_request(PATIENTS, envelope={"body": "%", "isBase64Encoded": True}))
    else:
        reply = Client(plugin).send(events.pre_request(PATIENTS, envelope={"body": body}))
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "NO_DATA")


@pytest.mark.parametrize("fields", [{"response": None}, {"response": {"httpStatusCode": None}}, {"request": []}])
def test_a_response_needs_its_parts(plugin: Plugin, fields: dict[str, Any]) -> None:
    plugin.post_request(PATIENTS)(lambda event: None)
    event = events.post_request(PATIENTS, fields=fields)
    reply = Client(plugin).send(event)
    status = 200 if fields == {"response": {"httpStatusCode": None}} else 400
    assert reply.status_code == status


@pytest.mark.parametrize(
    "header",
    [
        "",
        "garbage",
        "00-0-0-00",
        f"00-{'0' * 32}-00f067aa0ba902b7-00",
        f"00-{TRACE}-{'0' * 16}-00",
        f"ff-{TRACE}-00f067aa0ba902b7-00",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-00",
        f"00-{TRACE}-00f067aa0ba902b7",
        f"00-{TRACE}-00f067aa0ba902b7-00-more",
    ],
)
def test_a_trace_is_made_where_there_is_no_valid_one(plugin: Plugin, header: str) -> None:
    plugin.pre_request(PATIENTS)(lambda event: None)
    client = Client(plugin)
    event = events.pre_request(PATIENTS, envelope={"headers": {"traceparent": header}})
    first, second = client.send(event), client.send(event)
    assert first.trace_id != second.trace_id
    for reply in (first, second):
        version, trace_id, parent_id, flags = reply.headers["traceparent"].split("-")
        assert (version, len(trace_id), len(parent_id), flags) == ("00", 32, 16, "01")


def test_the_trace_is_sent_back_on_success_and_failure(plugin: Plugin) -> None:
    plugin.pre_request(PATIENTS)(lambda event: None)
    client = Client(plugin)
    assert client.pre_request(PATIENTS).trace_id == TRACE
    stopped = client.post_request(PATIENTS)
    assert stopped.error is not None
    assert stopped.trace_id == stopped.error.trace_id == TRACE


def test_the_tree_has_one_root() -> None:
    assert issubclass(RegistrationError, BiotPluginError)
    assert issubclass(Reject, BiotPluginError)
    for error in (InvalidEvent, UnverifiedCaller):
        assert issubclass(error, Reject)
    assert str(Reject(403, "CODE", "message")) == "403 CODE: message"
