"""A reply becomes the response that a function URL makes of it: the emulator is asked, too."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.function_url import response_from_reply as platform
from biot_plugin.asgi.url_response import MalformedReply, UrlResponse
from tests.framework.asgi_caller import Received

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


def test_a_cookie_must_be_text() -> None:
    with pytest.raises(MalformedReply, match="list of texts"):
        UrlResponse.of({"statusCode": 200, "headers": {}, "body": "", "cookies": [7]})


def sent(response: UrlResponse, method: str = "GET") -> Received:
    received = Received()

    async def send(message: Any) -> None:
        received.messages.append(message)

    asyncio.run(response.send(send, method))
    return received


def test_headers_of_the_connection_are_the_servers() -> None:
    headers = {"content-length": "999", "transfer-encoding": "chunked", "connection": "close", "x-a": "1"}
    assert sent(UrlResponse(200, headers, b"ab")).headers == {"content-length": "2", "x-a": "1"}


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(status: int) -> None:
    received = sent(UrlResponse(status, {}, b"ab"))
    assert (received.headers, received.content) == ({}, b"")


def test_a_head_request_gets_the_size_alone() -> None:
    received = sent(UrlResponse(200, {}, b"ab"), "HEAD")
    assert (received.headers, received.content) == ({"content-length": "2"}, b"")


def test_each_cookie_is_a_header_of_its_own() -> None:
    received = sent(UrlResponse(200, {}, b"", ("a=1", "b=2")))
    assert received.messages[0]["headers"][:2] == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
