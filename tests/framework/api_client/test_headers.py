"""The headers of API calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.framework.api_client.handlers import PATIENTS, TRACE, Run, patch
from tests.framework.platform_server import (
    PlatformServer,
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
    assert str(run.result) == f"the header {name.strip().lower()} is set by the connection: leave it out"
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
    assert str(run.result) == f"the header {name!r} is not valid: a name is a word, a value one line of Latin-1 text"
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
