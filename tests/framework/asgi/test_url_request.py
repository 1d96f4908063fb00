from __future__ import annotations

from typing import Any

import pytest

from biot_plugin.asgi.url_request import UrlRequest
from tests.framework.asgi_caller import http_scope


def read(**scope: Any) -> UrlRequest:
    return UrlRequest.of(http_scope(**scope))


def test_a_header_that_comes_twice_is_joined_so_that_neither_counts() -> None:
    twice = [("authorization", "Bearer a"), ("authorization", "Bearer b"), ("cookie", "a"), ("cookie", "b")]
    request = read(headers=twice)
    assert request.headers == {"authorization": "Bearer a,Bearer b", "cookie": "a; b"}
    assert request.event(b"")["cookies"] == ["a", "b"]


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


@pytest.mark.parametrize(
    ("content_type", "content", "body"),
    [
        ("application/json", b'{"a": "\xc3\xa9"}', {"body": '{"a": "é"}'}),
        ("application/json", b"\xff", {"body": "/w==", "isBase64Encoded": True}),
        ("application/x-www-form-urlencoded", b"a=1", {"body": "YT0x", "isBase64Encoded": True}),
    ],
)
def test_only_text_arrives_as_text(content_type: str, content: bytes, body: dict[str, Any]) -> None:
    event = read(headers={"content-type": content_type}).event(content)
    assert {"isBase64Encoded": False, **event}.items() >= {"isBase64Encoded": False, **body}.items()
