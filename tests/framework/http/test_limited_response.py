"""Responses that never end, in time or in size."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import PlatformTimeout, PlatformUnreachable, UnexpectedAnswer
from biot_plugin.http import limited_response, messages
from tests.framework.api_client.handlers import PATIENTS, Run, get, patch
from tests.framework.platform_server import Behaviour, Exchange, PlatformServer

LIMIT = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that a test reaches quickly."""
    defaults: Any = messages.Request.__new__.__defaults__
    monkeypatch.setattr(messages.Request.__new__, "__defaults__", (defaults[0], LIMIT, *defaults[2:]))
    monkeypatch.setattr(limited_response, "_HEADERS", 64 * 1024)


def once(text: bytes) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.write(text)
        exchange.break_off()

    return behave


def endless(head: bytes, piece: bytes) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.write(head)
        while True:
            exchange.write(piece)

    return behave


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


TOO_LARGE: dict[str, Behaviour] = {
    "announced": once(OK + b"content-length: 200000000000\r\n\r\n{}"),
    "announced, just above": once(OK + f"content-length: {LIMIT + 1}\r\n\r\n".encode()),
    "announced in a chunk": endless(CHUNKED + b"fffffffffff\r\n", b"x" * 65536),
    "endless chunks": endless(CHUNKED, chunk(b"x" * 65536)),
    "endless tiny chunks": endless(CHUNKED, chunk(b"x" * 16) * 10000),
    "endless without a length": endless(OK + b"connection: close\r\n\r\n", b"x" * 65536),
    "just above, without a length": once(OK + b"connection: close\r\n\r\n" + b"x" * (LIMIT + 1)),
    "just above, in chunks": once(CHUNKED + chunk(b"x" * LIMIT) + chunk(b"x") + b"0\r\n\r\n"),
    "endless trailers": endless(CHUNKED + b"0\r\n", b"x: y\r\n" * 10000),
    "an error, announced": once(b"HTTP/1.1 404 X\r\ncontent-length: 99999999999\r\n\r\n"),
}


@pytest.mark.parametrize("behaviour", TOO_LARGE.values(), ids=TOO_LARGE)
@pytest.mark.parametrize("do", [get, patch])
def test_what_is_larger_than_the_limit_is_refused_and_not_asked_for_again(
    platform: PlatformServer, run: Run, behaviour: Behaviour, do: Callable[[object], object]
) -> None:
    platform.behaves(behaviour)
    tracemalloc.start()
    try:
        run(do)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert type(run.result) is UnexpectedAnswer, run.result
    assert "with more than 1 MB" in str(run.result)
    assert peak < 12 * LIMIT
    assert len(platform.received) == 1


@pytest.mark.parametrize(
    "text",
    [
        OK + b"".join(b"h%d: x\r\n" % number for number in range(1000)) + b"\r\n",
        OK + b"long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 " + b"2" * 70_000,
        CHUNKED + b"1" * 70_000,
        CHUNKED + b"-5\r\nhello\r\n",
        CHUNKED + b"nonsense\r\n",
        b"nonsense\r\n\r\n",
        OK + b"content-length: 10\r\n\r\n{}",
    ],
)
def test_a_broken_response_is_no_response(platform: PlatformServer, run: Run, text: bytes) -> None:
    platform.behaves(once(text))
    run(patch)
    assert isinstance(run.result, PlatformUnreachable), run.result
    assert run.result.sent


def test_interim_responses_without_end_are_no_response(platform: PlatformServer, run: Run) -> None:
    platform.behaves(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000))
    run(patch)
    assert isinstance(run.result, PlatformUnreachable)


def drip(head: bytes, piece: bytes) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.write(head)
        for _ in range(200):
            exchange.write(piece)
            time.sleep(0.02)

    return behave


@pytest.mark.parametrize(
    "behaviour",
    [
        drip(b"", b"H"),
        drip(OK, b"x"),
        drip(OK, b"name: value\r\n"),
        drip(CHUNKED, b"0"),
        drip(CHUNKED, chunk(b"x")),
        drip(CHUNKED + b"0\r\n", b"x: y\r\n"),
        drip(OK + b"content-length: 1000\r\n\r\n", b"x"),
        drip(OK + b"connection: close\r\n\r\n", b"x"),
    ],
)
def test_a_response_that_drips_ends_with_the_time(platform: PlatformServer, run: Run, behaviour: Behaviour) -> None:
    platform.behaves(behaviour)
    run(lambda event: event.biot.get(f"{PATIENTS}/7", timeout=0.3))
    assert type(run.result) is PlatformTimeout


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, LIMIT])
@pytest.mark.parametrize("form", ["length", "chunked", "close"])
def test_what_is_not_larger_arrives_whole(platform: PlatformServer, run: Run, size: int, form: str) -> None:
    content = b'"' + b"x" * (size - 2) + b'"' if size > 1 else b"7" * size
    head = {"length": OK + f"content-length: {size}\r\n\r\n".encode(), "chunked": CHUNKED}
    pieces = [content[start : start + 50_000] for start in range(0, size, 50_000)]
    text = b"".join(map(chunk, pieces)) + b"0\r\n\r\n" if form == "chunked" else content
    platform.behaves(once(head.get(form, OK + b"connection: close\r\n\r\n") + text))
    run(get)
    expected = None if not size else 7 if size == 1 else "x" * (size - 2)
    assert run.result == expected
