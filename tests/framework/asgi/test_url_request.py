"""An HTTP request becomes the event that a function URL makes of it: the emulator is asked, too."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.function_url.event_from_request import UrlRequest as PlatformRequest, function_event
from biot_plugin.asgi.url_request import UrlRequest
from tests.framework.asgi_caller import http_scope

#: What is AWS's alone, or different with each request.
VARYING = {"domainName", "domainPrefix", "apiId", "requestId", "time", "timeEpoch"}
AWS_HEADERS = {"x-amzn-tls-cipher-suite", "x-amzn-tls-version", "x-amzn-trace-id", "x-forwarded-port"}
TRACE = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"

text = st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cs"]), max_size=8)
headers = st.dictionaries(
    st.sampled_from(["content-type", "cookie", "x-a", "x-b", "user-agent", "authorization", "hooktype"]),
    st.sampled_from(["application/json", "image/png", "a=1; b=2", "text/x; charset=utf-8", "", "application/x+json"])
    | text,
)
requests = st.builds(
    PlatformRequest,
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    path=st.sampled_from(["/", "/a/b", "/a%2Fb", "/%C3%A4", "//", "/a;b=1"]),
    query_string=st.sampled_from(["", "a=1", "a=1&a=2&b", "a=%C3%A4+b", "&&", "a=1;b=2"]),
    headers=headers.map(lambda values: {**values, "host": "plugin.example", "traceparent": TRACE}),
    content=st.sampled_from([b"", b"{}", b"\xff", "ä".encode()]) | st.binary(max_size=8),
    source_ip=st.just("203.0.113.7"),
)


def read(**scope: Any) -> UrlRequest:
    return UrlRequest.of(http_scope(**scope))


def comparable(event: dict[str, Any]) -> dict[str, Any]:
    context = {name: value for name, value in event["requestContext"].items() if name not in VARYING}
    dropped = AWS_HEADERS | {"host"}
    headers = {name: value for name, value in event["headers"].items() if name not in dropped}
    return {**event, "requestContext": context, "headers": {**headers, "x-forwarded-proto": "https"}}


@given(request=requests)
def test_it_is_the_event_of_a_function_url(request: PlatformRequest) -> None:
    scope = http_scope(request.method, request.path, request.headers, request.query_string, scheme="https")
    ours = UrlRequest.of(scope).event(request.content)
    theirs = function_event(request, "x" * 32, datetime.now(timezone.utc))
    theirs["headers"] = {name: value for name, value in theirs["headers"].items() if name != "connection"}
    assert comparable(ours) == comparable(theirs)
    assert set(ours["requestContext"]) == set(theirs["requestContext"])
    json.dumps(ours)


def test_a_header_that_comes_twice_is_joined_so_that_neither_counts() -> None:
    twice = [("authorization", "Bearer a"), ("authorization", "Bearer b"), ("cookie", "a"), ("cookie", "b")]
    request = read(headers=twice)
    assert request.headers == {"authorization": "Bearer a,Bearer b", "cookie": "a; b"}


def test_headers_of_the_connection_stay_with_it() -> None:
    event = read(headers={"connection": "x", "transfer-encoding": "chunked", "te": "x", "x-a": "1"}).event(b"12")
    assert event["headers"] == {
        "content-length": "2",
        "traceparent": event["headers"]["traceparent"],
        "x-a": "1",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-proto": "http",
    }


def test_what_a_proxy_says_of_the_caller_is_left_as_it_is() -> None:
    headers = {"x-forwarded-for": "198.51.100.1", "x-forwarded-proto": "https"}
    assert read(headers=headers).event(b"")["headers"].items() >= headers.items()


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ({"path": "/a b"}, "/a%20b"),
        ({"path": "/plugin/a", "root_path": "/plugin"}, "/a"),
        ({"path": "/plugin", "root_path": "/plugin/"}, "/"),
        ({"path": "/plugins", "root_path": "/plugin"}, "/plugins"),
        ({"path": "/a", "root_path": "/plugin"}, "/a"),
        ({"path": "/a", "raw_path": b"/a?b=1"}, "/a"),
        ({"path": "*", "raw_path": b"*"}, "/*"),
    ],
)
def test_the_path_is_that_below_the_place_of_the_application(scope: dict[str, Any], path: str) -> None:
    assert UrlRequest.of({**http_scope(), "raw_path": None, **scope}).path == path


@pytest.mark.parametrize(("value", "size"), [("12", 12), ("", None), ("-1", None), ("٣", None), ("1e3", None)])
def test_the_size_that_a_request_declares(value: str, size: int | None) -> None:
    scope = {**http_scope(), "headers": [(b"content-length", value.encode("utf-8"))]}
    assert UrlRequest.of(scope).declared_bytes == size


def test_a_server_need_not_know_everything() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    event = UrlRequest.of(scope).event(b"")
    assert event["requestContext"]["http"] == {
        "method": "GET",
        "path": "/",
        "protocol": "HTTP/1.1",
        "sourceIp": "",
        "userAgent": "",
    }
    assert event["headers"]["x-forwarded-for"] == ""
