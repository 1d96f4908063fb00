from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import DirectCall, Plugin
from tests.framework.asgi.conftest import MakeCaller
from tests.framework.asgi_caller import Caller, Part, http_scope, parts

Log = Callable[[], list[dict[str, Any]]]
TRACE_ID = "0123456789abcdef0123456789abcdef"
TRACEPARENT = f"00-{TRACE_ID}-0123456789abcdef-01"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_health_path_needs_neither_a_token_nor_a_handler(caller: Caller, method: str) -> None:
    received = caller.call(http_scope(method, "/healthz"), [])
    assert received.status == 200
    assert received.headers["cache-control"] == "no-store"
    assert received.content == (b'{"status":"ok"}' if method == "GET" else b"")


def test_other_calls_of_the_health_path_are_the_plugins(caller: Caller) -> None:
    assert caller.post("/healthz").status == 401
    assert caller.get("/healthz/").status == 401


def test_the_health_path_can_be_another_or_none(serve: MakeCaller) -> None:
    assert serve(health_path="/live").get("/live").status == 200
    assert serve(health_path="/live").get("/healthz").status == 401
    assert serve(health_path=None).get("/healthz").status == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH", "POST"])
def test_every_method_is_a_call(plugin: Plugin, caller: Caller, method: str) -> None:
    plugin.endpoint(public=True)(lambda event: {"method": event.method, "query": event.query, "path": event.path})
    received = caller.call(http_scope(method, "/a", query="b=c"))
    assert received.status == 200
    content = b"" if method == "HEAD" else json.dumps({"method": method, "query": {"b": "c"}, "path": "/a"}).encode()
    assert received.content.replace(b" ", b"") == content.replace(b" ", b"")
    assert int(received.headers["content-length"]) > 0


def test_a_reply_of_bytes_and_cookies_is_a_response(plugin: Plugin, caller: Caller) -> None:
    @plugin.endpoint(public=True)
    def answer(event: DirectCall) -> object:
        if event.path == "/bytes":
            return b"\xff\x00"
        return {"statusCode": 302, "headers": {"Location": "/x"}, "cookies": ["a=1"], "body": "ä"}

    assert caller.get("/bytes").content == b"\xff\x00"
    received = caller.get()
    assert (received.status, received.content) == (302, "ä".encode())
    assert received.headers.items() >= {"location": "/x", "set-cookie": "a=1", "content-length": "2"}.items()


@pytest.mark.parametrize(
    "reply",
    [
        {"statusCode": 100},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"a": ["b"]}},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": "x" * (6 * 1024 * 1024 + 1)},
    ],
)
def test_a_reply_that_is_no_response_is_502(plugin: Plugin, caller: Caller, log: Log, reply: dict[str, Any]) -> None:
    plugin.endpoint(public=True)(lambda event: dict(reply))
    received = caller.get(headers={"traceparent": TRACEPARENT})
    assert (received.status, received.code) == (502, "INTERNAL_SERVER_ERROR")
    record = log()[-1]
    assert record["level"] == "ERROR"
    assert record["message"].startswith("The reply is no HTTP response: ")
    assert record["traceId"] == TRACE_ID


def test_a_break_in_a_header_begins_no_other(plugin: Plugin, caller: Caller) -> None:
    plugin.endpoint(public=True)(lambda event: {"statusCode": 200, "headers": {"x-a": "b\r\nset-cookie: c"}})
    assert caller.get().headers["x-a"] == "b  set-cookie: c"


@pytest.mark.parametrize("traceparent", [TRACEPARENT, None])
def test_what_is_refused_before_the_plugin_has_the_trace(serve: MakeCaller, log: Log, traceparent: str | None) -> None:
    caller = serve(max_body_bytes=1)
    log()
    headers = {"traceparent": traceparent} if traceparent else {}
    received = caller.post(headers=headers)
    assert received.headers["traceparent"].split("-")[1] == received.json["traceId"]
    assert received.json["traceId"] == TRACE_ID or not traceparent
    (record,) = log()
    assert record["level"] == "WARN"
    assert record["traceId"] == received.json["traceId"]
    assert record["message"] == "Stopped the call: 413 PAYLOAD_TOO_LARGE: The body is larger than 1 bytes"
    assert set(received.json) == {"code", "message", "serviceName", "traceId", "environment", "details"}


def test_a_call_without_a_trace_has_one_for_its_log_and_its_reply(plugin: Plugin, caller: Caller, log: Log) -> None:
    plugin.endpoint(public=True)(lambda event: event.logger.info("here"))
    received = caller.get()
    assert log()[-1]["traceId"] == received.headers["traceparent"].split("-")[1]


def test_a_web_socket_is_refused(caller: Caller) -> None:
    assert caller.call({"type": "websocket", "path": "/"}, []).messages == [{"type": "websocket.close", "code": 1000}]


def test_a_schedule_cannot_be_imitated_over_http(plugin: Plugin, caller: Caller) -> None:
    called: list[int] = []
    plugin.scheduled("0 0 * * ? *")(lambda event: called.append(1))
    schedule = json.dumps({"source": "aws.events", "detail-type": "Scheduled Event"}).encode()
    for headers in ({}, {"hooktype": "SCHEDULED"}, {"source": "aws.events"}):
        assert caller.post(headers=headers, content=schedule).status == 401
    assert called == []


def test_what_is_missing_outside_of_the_platform_is_said(plugin: Plugin, log: Log) -> None:
    plugin.asgi()
    assert [record["message"].split(":")[0] for record in log()] == ["BIOT_BASE_URL is not set"]
    plugin.scheduled("0 0 * * ? *")(lambda event: None)
    plugin.asgi()
    assert "The schedule 0 0 * * ? * is not run here" in log()[-1]["message"]


@pytest.mark.parametrize(("name", "value"), [("BIOT_SHOULD_VALIDATE_JWT", "false"), ("BIOT_BASE_URL", "http://x")])
def test_what_is_there_is_not_missed(monkeypatch: pytest.MonkeyPatch, log: Log, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    plugin = Plugin()
    log()
    plugin.asgi()
    assert log() == []


def test_calls_at_once_are_each_answered(plugin: Plugin, serve: MakeCaller) -> None:
    plugin.endpoint(public=True)(lambda event: event.json)
    caller = serve(threads=4, queue=100)

    async def at_once() -> list[Any]:
        def call(number: int) -> Any:
            return caller.serve(http_scope(), parts(b"[%d]" % number))

        return [reply.json[0] for reply in await asyncio.gather(*map(call, range(100)))]

    assert caller.run(at_once()) == list(range(100))


def test_a_server_that_says_more_after_the_body_is_heard_out(plugin: Plugin, caller: Caller) -> None:
    plugin.endpoint(public=True)(lambda event: event.json)
    more: list[Part] = [*parts(b"[7]"), {"type": "http.request", "body": b"", "more_body": False}]
    assert caller.call(http_scope(), more).json == [7]
