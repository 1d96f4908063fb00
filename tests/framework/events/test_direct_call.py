from __future__ import annotations

import base64
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver

from biot_plugin import DirectCall, Plugin, Reject
from biot_plugin.testing import Client, events


def test_a_handler_sees_the_call(plugin: Plugin) -> None:
    seen: list[Any] = []

    @plugin.endpoint()
    def look(event: DirectCall) -> None:
        seen.extend((event.method, event.path, event.query, event.json, event.content))
        seen.extend((event.headers["x-own"], event.initiator.subject_id, event.initiator.token_type))

    reply = Client(plugin).direct("POST", "/a", query={"q": "é &"}, body={"x": 1}, headers={"X-Own": "1"})
    assert (reply.status_code, reply.body) == (204, None)
    assert seen[:5] == ["POST", "/a", {"q": "é &"}, {"x": 1}, b'{"x":1}']
    assert seen[5:] == ["1", "3e256d8d-e5e2-42bf-a091-1e6b4afef2fb", "USER"]


@pytest.mark.parametrize(
    ("result", "status", "content_type", "body"),
    [
        ({"a": 1}, 200, "application/json", {"a": 1}),
        ([1], 200, "application/json", [1]),
        ("text", 200, "text/plain; charset=utf-8", "text"),
        ({"statusCode": 201, "body": {"a": 1}}, 201, "application/json", {"a": 1}),
        ({"statusCode": 202, "headers": {"content-type": "text/csv"}, "body": "a;b"}, 202, "text/csv", "a;b"),
    ],
)
def test_the_result_is_the_reply(plugin: Plugin, result: Any, status: int, content_type: str, body: Any) -> None:
    plugin.endpoint()(lambda event: result)
    reply = Client(plugin).direct()
    assert (reply.status_code, reply.headers["content-type"], reply.body) == (status, content_type, body)
    assert len(reply.trace_id) == 32


def test_bytes_are_sent_as_they_are(plugin: Plugin) -> None:
    plugin.endpoint()(lambda event: b"\x00\xff")
    reply = Client(plugin).direct()
    assert reply.content == b"\x00\xff"
    assert reply.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("result", [1, True, 1.5, {1}, {"statusCode": "200"}, {"statusCode": 200, "body": {1}}, [{1}]])
def test_what_cannot_be_sent_is_an_error(plugin: Plugin, result: Any) -> None:
    plugin.endpoint()(lambda event: result)
    reply = Client(plugin).direct()
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INVALID_RESULT")


def test_a_base64_body_is_decoded(plugin: Plugin) -> None:
    plugin.endpoint()(lambda event: event.content)
    envelope = {"isBase64Encoded": True, "body": base64.b64encode(b"\x01\x02").decode()}
    client = Client(plugin)
    assert client.send(events.direct("POST", body="", envelope=envelope)).content == b"\x01\x02"
    broken = client.send(events.direct("POST", body="", envelope={"isBase64Encoded": True, "body": "%%%"}))
    assert broken.error is not None
    assert broken.error.code == "NO_DATA"


def test_a_body_that_is_not_json_is_the_callers_fault(plugin: Plugin) -> None:
    plugin.endpoint()(lambda event: event.json)
    for body in ("{", "NaN", "[" * 100_000):
        reply = Client(plugin).direct("POST", body=body)
        assert reply.status_code == 400


def test_an_endpoint_that_is_not_there_is_no_success(plugin: Plugin) -> None:
    error = Client(plugin).direct().error
    assert error is not None
    assert (error.code, error.message) == ("NO_HANDLER", "The plugin has no handler for DIRECT GET")


def test_a_token_is_needed(plugin: Plugin) -> None:
    plugin.endpoint()(lambda event: {"ok": True})
    reply = Client(plugin).direct(token=None)
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (401, "JWT_ERROR")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_unless_the_endpoint_is_public(plugin: Plugin) -> None:
    plugin.endpoint(public=True)(lambda event: {"claims": dict(event.claims)})
    assert Client(plugin).direct(token=None).body == {"claims": {}}


def test_a_public_endpoint_opens_nothing_else(plugin: Plugin) -> None:
    plugin.endpoint(public=True)(lambda event: None)
    plugin.pre_request("GET/device/v2/devices")(lambda event: None)
    forged = events.pre_request("GET/device/v2/devices", envelope={"headers": {"authorization": "Bearer x"}})
    assert Client(plugin).send(forged).status_code == 400


@pytest.fixture
def resolver() -> LambdaFunctionUrlResolver:
    app = LambdaFunctionUrlResolver()

    @app.get("/patients/<name>")
    def patient(name: str) -> dict[str, str]:
        return {"name": name}

    @app.get("/stop")
    def stop() -> None:
        raise Reject(409, "STOPPED", "Stopped")

    return app


def test_a_powertools_resolver_can_be_mounted(plugin: Plugin, resolver: LambdaFunctionUrlResolver) -> None:
    plugin.mount(resolver)
    client = Client(plugin)
    assert client.direct("GET", "/patients/ada").body == {"name": "ada"}
    assert client.direct("GET", "/nowhere").status_code == 404
    assert client.direct("GET", "/stop").status_code == 409
    assert client.direct("GET", "/patients/ada", token=None).status_code == 401
    assert len(client.direct("GET", "/patients/ada").trace_id) == 32


def test_a_mounted_resolver_can_be_public(plugin: Plugin, resolver: LambdaFunctionUrlResolver) -> None:
    plugin.mount(resolver, public=True)
    assert Client(plugin).direct("GET", "/patients/ada", token=None).status_code == 200
