"""What handlers see of the platform, and what becomes of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import AccessDenied, ApiError, BadRequest, Conflict, NotFound, PlatformFailed, Plugin, TooManyRequests
from biot_plugin.testing import Context, events
from tests.framework.api_client.handlers import PATIENTS, Run, get, patch
from tests.framework.platform_server import (
    SECRET,
    PlatformServer,
    error,
)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (403, AccessDenied),
        (404, NotFound),
        (409, Conflict),
        (418, ApiError),
        (429, TooManyRequests),
        (500, PlatformFailed),
        (503, PlatformFailed),
    ],
)
def test_an_error_has_what_the_platform_said_and_becomes_the_reply(
    platform: PlatformServer, run: Run, status: int, kind: type[ApiError], log: Callable[[], list[dict[str, Any]]]
) -> None:
    platform.behaves(error(status, "SOME_CODE", details={"id": "7"}, stackTrace="at com.biotmed"))
    trace_id = "0123456789abcdef0123456789abcdef"
    reply = run(patch, envelope={"headers": {"traceparent": f"00-{trace_id}-0123456789abcdef-01"}})
    assert type(run.result) is kind
    assert (run.result.status, run.result.code, run.result.trace_id) == (status, "SOME_CODE", "f" * 32)
    assert (run.result.message, run.result.details) == ("About [ada@example.com]", {"id": "7"})
    assert str(run.result) == f"PATCH {PATIENTS}/7: answered {status} SOME_CODE"
    assert reply["statusCode"] == status
    assert json.loads(reply["body"]) == {
        "code": "SOME_CODE",
        "message": "About [ada@example.com]",
        "serviceName": "Demo Plugin",
        "traceId": trace_id,
        "environment": "test",
        "details": {"id": "7"},
    }
    written = json.dumps(log())
    assert "SOME_CODE" in written
    assert "ada@example.com" not in written


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "patient Ada Example", "traceId": "f" * 32},
        {"code": "C" * 101, "traceId": "t" * 101},
        {"code": "C\x1b[31m", "traceId": "t\n"},
        {"code": "CÖDE", "traceId": "ünique"},
        {"code": 7, "traceId": 7},
        {"code": "", "traceId": ""},
    ],
)
def test_what_is_no_code_is_not_part_of_an_errors_text(
    platform: PlatformServer, run: Run, fields: dict[str, Any]
) -> None:
    platform.behaves(lambda exchange: exchange.answer(400, fields))
    run(patch)
    assert str(run.result) == f"PATCH {PATIENTS}/7: answered 400 without the error body of the platform"
    assert run.result.trace_id not in ("t" * 101, "t\n", "ünique", 7, "")


def test_a_status_that_is_none_is_not_passed_on(platform: PlatformServer, run: Run) -> None:
    platform.behaves(error(999, "SOME_CODE"))
    reply = run(patch)
    assert type(run.result) is PlatformFailed
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")


def test_whoever_may_call_without_a_token_is_not_told_what_the_platform_said(
    platform: PlatformServer, plugin: Plugin
) -> None:
    plugin.endpoint(public=True)(lambda event: event.biot.get("/a"))
    platform.behaves(error(404, "USER_NOT_FOUND"))
    reply = plugin.handler(events.direct(token=None), Context())
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (500, "CALL_TO_API_FAILED")
    assert "ada@" not in reply["body"]


def test_neither_secret_nor_token_nor_body_is_logged(
    platform: PlatformServer, run: Run, log: Callable[[], list[dict[str, Any]]]
) -> None:
    platform.behaves(error(503, "BUSY"))
    run(get)
    platform.behaves(error(500, "ISE"))
    run(patch)
    written = json.dumps(log())
    assert "trying again" in written
    for secret in (SECRET, "token-1", "ada@example.com", '"mrn"'):
        assert secret not in written


def test_the_platforms_error_can_be_caught(platform: PlatformServer, run: Run) -> None:
    platform.behaves(error(404, "USER_NOT_FOUND"))

    def forgiving(event: Any) -> object:
        try:
            return event.biot.get("/a")
        except NotFound as missing:
            return missing.code

    assert run(forgiving)["statusCode"] == 200
    assert run.result == "USER_NOT_FOUND"


@pytest.mark.parametrize("is_async", [False, True])
def test_it_works_in_async_handlers(plugin: Plugin, is_async: bool) -> None:
    seen: list[object] = []

    @plugin.scheduled("0 0 * * ? *")
    async def run(event: Any) -> None:
        import asyncio

        seen.append(await asyncio.to_thread(event.biot.get, "/a") if is_async else event.biot.get("/a"))

    assert plugin.handler(events.scheduled(), Context())["statusCode"] == 200
    assert seen == [{"method": "GET"}]


def test_an_sdk_is_told_where_the_platform_is_and_who_calls(platform: PlatformServer, run: Run) -> None:
    class Configuration:
        host = "https://generated.example.com/settings"
        access_token: Any = None

        def get_host_settings(self) -> list[dict[str, str]]:
            return [{"url": "https://generated.example.com/settings"}]

    class ApiClient:
        def __init__(self) -> None:
            self.configuration = Configuration()
            self.headers: dict[str, str] = {}

        def set_default_header(self, name: str, value: str) -> None:
            self.headers[name] = value

    client, configuration = ApiClient(), Configuration()

    def configured(event: Any) -> object:
        for one in (client, configuration):
            assert event.biot.configure(one) is event.biot.configure(one) is one
        return event.traceparent

    run(configured)
    assert client.headers == {"traceparent": run.result}
    assert platform.logins == [], "the token is fetched when the SDK needs it"
    for one in (client.configuration, configuration):
        assert one.host == f"{platform.base_url}/settings"
        assert one.access_token() == "token-1"
    run(lambda event: event.biot.configure(object()))
    assert isinstance(run.result, TypeError)


def test_the_time_that_is_left_is_there_to_be_handed_on(platform: PlatformServer, run: Run) -> None:
    started = time.monotonic()
    run(lambda event: event.biot.seconds_left, timeout=60)
    passed = time.monotonic() - started
    # Lambda tells milliseconds.
    assert 59.5 - passed - 0.001 <= run.result <= 59.5


def test_every_method_is_there(platform: PlatformServer, run: Run) -> None:
    def all_of_them(event: Any) -> object:
        biot = event.biot
        return [
            biot.get("/a", query={"includeReferencers": True, "id": ["1", 2]}),
            biot.get("/a?x=1 2", query={"y": "é&"}),
            biot.post("/a", json={"b": 1}),
            biot.put("/a/ö", json=[1]),
            biot.patch("/a", json={}),
            biot.delete("/a", allow_interception=True, headers={"Accept-Language": "de"}),
        ]

    run(all_of_them)
    assert [one["method"] for one in run.result] == ["GET", "GET", "POST", "PUT", "PATCH", "DELETE"]
    paths = [one.path for one in platform.received]
    assert paths[:2] == ["/a?includeReferencers=true&id=1&id=2", "/a?x=1%202&y=%C3%A9%26"]
    assert paths[3] == "/a/%C3%B6"
    assert [one.content for one in platform.received] == [b"", b"", b'{"b":1}', b"[1]", b"{}", b""]
    assert [one.headers.get("allow-interception") for one in platform.received] == [None] * 5 + ["1"]
    assert platform.received[-1].headers["accept-language"] == "de"


def test_an_empty_answer_is_none(platform: PlatformServer, run: Run) -> None:
    platform.behaves(lambda exchange: exchange.answer(204))
    assert run(lambda event: event.biot.delete("/a"))["statusCode"] == 200
    assert run.result is None


def test_a_number_of_an_entity_goes_back_as_it_came(platform: PlatformServer, run: Run) -> None:
    platform.behaves(lambda exchange: exchange.answer(200, b'{"weight":1.10,"dose":0.1234567890123456789}'))

    def count(event: Any) -> None:
        event.biot.put(f"{PATIENTS}/7", json={**get(event), "sessions": 1})  # type: ignore[dict-item]

    run(count)
    assert platform.received[-1].content == b'{"weight":1.10,"dose":0.1234567890123456789,"sessions":1}'
