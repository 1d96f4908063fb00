"""What goes over the wire."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.framework.api_client.handlers import PATIENTS, TRACE, Run, get, patch
from tests.framework.platform_server import (
    Exchange,
    PlatformServer,
    ok,
)


def test_a_call_has_what_the_firewall_and_the_trace_want(platform: PlatformServer, run: Run) -> None:
    run(patch, envelope={"headers": {"traceparent": TRACE}})
    [call], [login] = platform.received, platform.logins
    assert (call.method, call.path, call.json) == ("PATCH", f"{PATIENTS}/7", {"mrn": "8"})
    for one in (call, login):
        assert {"accept", "content-type", "content-length", "host", "user-agent"} <= set(one.headers)
        assert one.headers["traceparent"] == TRACE
        assert "allow-interception" not in one.headers
    assert call.headers["authorization"] == "Bearer token-1"
    assert "authorization" not in login.headers
    assert run.result == {"method": "PATCH"}


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


def test_calls_share_a_connection_and_a_token(platform: PlatformServer, run: Run) -> None:
    for _ in range(20):
        run(get)
    assert (len(platform.received), len(platform.logins), platform.connections) == (20, 1, 1)


def test_a_connection_that_was_closed_meanwhile_is_not_used(platform: PlatformServer, run: Run) -> None:
    closed = threading.Semaphore(0)

    def closing(exchange: Exchange) -> None:
        ok(exchange)
        exchange.break_off()
        closed.release()

    platform.behaves(closing)
    for _ in range(5):
        run(patch)
        closed.acquire()
        assert run.result == {"method": "PATCH"}
    assert len(platform.received) == 5


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example.com/a",
        "//elsewhere.example.com/a",
        "a",
        "/a/../b",
        "/a/%2e%2E/b",
        "/a/.%2e%2fb",
        "/a/x%5c..%5Cb",
        "/a/x\\..\\b",
        "/a/%252e%252e/b",
        "/a/..;v=1/b",
        "/a/..%3fx=1",
        "/a/%2e",
    ],
)
def test_a_path_leads_nowhere_else(platform: PlatformServer, run: Run, path: str) -> None:
    assert run(lambda event: event.biot.get(path))["statusCode"] == 500
    assert isinstance(run.result, ValueError)
    assert repr(path.partition("?")[0]) in str(run.result)
    assert platform.received == []


@pytest.mark.parametrize("path", ["/a/%2Fb", "/a/b%5Cc", "/a/..b/.c/d../...", "/a/50%", "/a/1.2;v=..x"])
def test_a_path_that_only_looks_odd_is_asked_for(platform: PlatformServer, run: Run, path: str) -> None:
    run(lambda event: event.biot.get(path))
    assert [one.path for one in platform.received] == [path]


def test_the_token_is_the_plugins_own(platform: PlatformServer, run: Run) -> None:
    run(lambda event: event.biot.get("/a", headers={"Authorization": "Bearer of-somebody"}))
    assert isinstance(run.result, ValueError)
    assert platform.received == []


FRAMING = (
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "transfer-encoding ",
    "Connection",
    "TE",
    "Trailer",
    "Upgrade",
)


@pytest.mark.parametrize(
    "name", [*FRAMING, "Keep-Alive", "Proxy-Authorization", "proxy-connection", "Expect", "Accept-Encoding"]
)
def test_what_frames_a_request_is_the_connections_own(platform: PlatformServer, run: Run, name: str) -> None:
    run(lambda event: event.biot.post("/a", json={}, headers={name: "chunked"}))
    assert isinstance(run.result, ValueError)
    assert str(run.result) == f"the header {name.strip().lower()} is the connection's own: leave it out"
    assert platform.received == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("x-a", "1\r\nx-b: 2"), ("x-a", "1\n 2"), ("x-a", "\u017c"), ("x-a", None), ("x-a", 5), ("x a", "1"), ("", "1")],
)
def test_a_header_that_cannot_be_sent_is_a_mistake(
    platform: PlatformServer, run: Run, name: str, value: Any, log: Callable[[], list[dict[str, Any]]]
) -> None:
    run(lambda event: event.biot.get("/a", headers={name: value}))
    assert isinstance(run.result, ValueError)
    assert str(run.result) == f"the header {name!r} cannot be sent: a name is a word, a value one line of Latin-1 text"
    assert platform.logins == []
    assert "x-b" not in json.dumps(log()), "what it says may be somebody's"


def test_no_header_is_sent_twice(platform: PlatformServer, run: Run) -> None:
    run(
        lambda event: event.biot.post(
            "/a", json={}, headers={"Accept": "text/csv", "X-Mine": "\u00e9\t1", "Hostess": "2"}
        )
    )
    [call] = platform.received
    assert (call.headers["accept"], call.headers["x-mine"], call.headers["hostess"]) == ("text/csv", "\u00e9\t1", "2")
    assert sorted(call.names) == sorted(call.headers)


def test_a_query_leaves_out_what_has_no_value(platform: PlatformServer, run: Run) -> None:
    query = {"a": None, "b": "", "c": [], "d": [1, None, True], "e": ("x", 2.5), "f": [None]}
    run(lambda event: event.biot.get("/a", query=query))
    run(lambda event: event.biot.get("/a", query={"a": None}))
    assert [one.path for one in platform.received] == ["/a?b=&d=1&d=true&e=x&e=2.5", "/a"]


@pytest.mark.parametrize("value", [{"eq": 1}, b"1", [b"1"], object()])
def test_a_query_value_that_cannot_be_written_is_a_mistake(platform: PlatformServer, run: Run, value: object) -> None:
    run(lambda event: event.biot.get("/a", query={"when": value}))
    assert isinstance(run.result, TypeError)
    assert str(run.result).startswith("the query parameter when is a ")
    assert str(run.result).endswith(": give a text, a number, a bool, None, or a list of them")
    assert platform.received == []


def test_an_empty_answer_is_none(platform: PlatformServer, run: Run) -> None:
    platform.behaves(lambda exchange: exchange.answer(204))
    assert run(lambda event: event.biot.delete("/a"))["statusCode"] == 200
    assert run.result is None
