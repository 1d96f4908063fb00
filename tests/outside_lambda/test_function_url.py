"""A plugin outside of Lambda sees and sends over HTTP what it does behind a function URL of the emulator."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.function_url import response_from_reply as platform
from biot_emulator.function_url.event_from_request import UrlRequest as PlatformRequest, function_event
from biot_plugin.asgi.url_request import UrlRequest
from biot_plugin.asgi.url_response import MalformedReply, UrlResponse
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


values = st.one_of(
    st.text(max_size=6),
    st.integers(-5, 5),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
    st.just(["x"]),
    st.sampled_from(["a\r\nset-cookie: b", "\x00", "ä", "€"]),
)
replies = st.fixed_dictionaries(
    {
        "statusCode": st.integers(100, 599),
        "headers": st.dictionaries(st.sampled_from(["A", "content-type", "x y", "", "x-é", "b"]), values, max_size=3),
        "body": st.sampled_from(["", "text", "dGV4dA==", "%%%", "\ud800", "{}"]),
    },
    optional={
        "isBase64Encoded": st.booleans(),
        "cookies": st.none() | st.lists(st.sampled_from(["a=1", "b=2\n", "\x7f"]), max_size=2) | st.just("a=1"),
    },
)


@given(reply=replies)
def test_it_is_the_response_of_a_function_url(reply: dict[str, Any]) -> None:
    try:
        theirs = platform.respond(reply)
    except platform.MalformedReply:
        with pytest.raises(MalformedReply):
            UrlResponse.of(reply)
        return
    ours = UrlResponse.of(reply)
    assert (ours.status, ours.headers, ours.content, ours.cookies) == (
        theirs.status_code,
        theirs.headers,
        theirs.content,
        theirs.cookies,
    )
