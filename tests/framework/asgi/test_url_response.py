from __future__ import annotations

import asyncio
from typing import Any

import pytest

from biot_plugin.asgi.url_response import MalformedReply, UrlResponse
from tests.framework.asgi_caller import Received


def test_a_cookie_must_be_text() -> None:
    with pytest.raises(MalformedReply, match="list of texts"):
        UrlResponse.of({"statusCode": 200, "headers": {}, "body": "", "cookies": [7]})


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\x7f"])
def test_a_header_has_no_control_characters(character: str) -> None:
    with pytest.raises(MalformedReply, match="a header has a control character"):
        UrlResponse.of({"statusCode": 200, "headers": {"x-a": f"1{character}2"}, "body": ""})
    with pytest.raises(MalformedReply, match="a header has a control character"):
        UrlResponse.of({"statusCode": 200, "headers": {}, "body": "", "cookies": [f"a={character}"]})


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
