"""A platform whose responses do not end, in time or in size."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from biot_plugin_cli.errors import PlatformUnreachable
from biot_plugin_cli.http import limited_connections
from biot_plugin_cli.platform import connection, retries
from biot_plugin_cli.platform.connection import Connection
from biot_plugin_cli.platform.errors import AnswerLost, NotThePlatform
from tests.scaffold.listener import Listener, read_head

LIMIT = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
Serve = Callable[[socket.socket], None]


class Server(Listener):
    """Answers each request as a function does."""

    def __init__(self) -> None:
        self.behaviour: Serve = once(b"")
        self.callers = 0
        self.over = threading.Event()
        super().__init__()

    def serve(self, caller: socket.socket) -> None:
        self.callers += 1
        read_head(caller)
        self.behaviour(caller)

    def close(self) -> None:
        self.over.set()
        super().close()


def once(text: bytes) -> Serve:
    return lambda caller: caller.sendall(text)


def endless(head: bytes, piece: bytes) -> Serve:
    def serve(caller: socket.socket) -> None:
        caller.sendall(head)
        while True:
            caller.sendall(piece)

    return serve


def drip(head: bytes, piece: bytes) -> Serve:
    def serve(caller: socket.socket) -> None:
        caller.sendall(head)
        for _ in range(500):
            caller.sendall(piece)
            time.sleep(0.02)

    return serve


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def encoded(name: bytes, content: bytes) -> bytes:
    return OK + b"content-encoding: " + name + b"\r\ncontent-length: %d\r\n\r\n" % len(content) + content


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(limited_connections, "MAX_BYTES", LIMIT)
    monkeypatch.setattr(limited_connections, "_HEADER_BYTES", 64 * 1024)
    monkeypatch.setattr(connection, "MAX_BYTES", LIMIT)
    monkeypatch.setattr(connection, "_MAX_BYTES_IN_TOTAL", 3 * LIMIT)
    server = Server()
    yield server
    server.close()


@pytest.fixture
def call(server: Server) -> Iterator[Callable[[], bytes]]:
    connected = Connection(f"http://{server.address}")
    yield lambda: connected.send("GET", "/x", {})[1]
    connected.close()


ZEROS = b"\0" * 8 * LIMIT
TOO_LARGE: dict[str, Serve] = {
    "announced": once(OK + b"content-length: 200000000000\r\n\r\n{}"),
    "announced, just above": once(OK + b"content-length: %d\r\n\r\n" % (LIMIT + 1)),
    "announced in a chunk": endless(CHUNKED + b"fffffffffff\r\n", b"x" * 65536),
    "endless chunks": endless(CHUNKED, chunk(b"x" * 65536)),
    "endless tiny chunks": endless(CHUNKED, chunk(b"xy") * 10000),
    "endless trailers": endless(CHUNKED + b"0\r\n", b"x: y\r\n" * 10000),
    "endless without a length": endless(OK + b"connection: close\r\n\r\n", b"x" * 65536),
    "just above, without a length": once(OK + b"connection: close\r\n\r\n" + b"x" * (LIMIT + 1)),
    "endless interim responses": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "gzip": once(encoded(b"gzip", gzip.compress(ZEROS, 9))),
    "deflate": once(encoded(b"deflate", zlib.compress(ZEROS, 9))),
    "gzip in gzip": once(encoded(b"gzip, gzip", gzip.compress(gzip.compress(ZEROS, 9), 9))),
    "an error, announced": once(b"HTTP/1.1 404 X\r\ncontent-length: 99999999999\r\n\r\n"),
}
del ZEROS


@pytest.mark.parametrize("behaviour", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_larger_than_the_limit_is_refused(server: Server, call: Callable[[], bytes], behaviour: Serve) -> None:
    server.behaviour = behaviour
    with pytest.raises(NotThePlatform, match="larger than 1 MB"):
        call()


def test_many_responses_are_no_way_around_the_limit(server: Server, call: Callable[[], bytes]) -> None:
    server.behaviour = once(OK + b"connection: close\r\ncontent-length: %d\r\n\r\n" % LIMIT + b"x" * LIMIT)
    for _ in range(3):
        assert len(call()) == LIMIT
    with pytest.raises(NotThePlatform, match="too large with the ones before"):
        call()


@pytest.mark.parametrize(
    "text",
    [
        OK + b"".join(b"h%d: x\r\n" % number for number in range(1000)) + b"\r\n",
        OK + b"long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 " + b"2" * 70_000,
        CHUNKED + b"-5\r\nhello\r\n",
        CHUNKED + b"nonsense\r\n",
        CHUNKED + b"1" * 70_000,
        b"nonsense\x1b[31m\r\n\r\n",
        b"HTTP/nonsense 200 OK\r\n\r\n",
        b"HTTP/1.1 nonsense OK\r\n\r\n",
        OK + b"content-length: 1, 2\r\n\r\n",
        OK + b"content-length: 10\r\n\r\n{}",
        b"",
    ],
)
def test_a_broken_response_is_no_response(server: Server, call: Callable[[], bytes], text: bytes) -> None:
    server.behaviour = once(text)
    with pytest.raises(AnswerLost, match="Lost the connection") as error:
        call()
    assert "nonsense" not in str(error.value), "it may be the token"
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    "content", [b"not compressed", gzip.compress(b"{}")[:-9] + b"123456789"], ids=["plain", "damaged"]
)
def test_what_cannot_be_decompressed_is_not_the_platforms(
    server: Server, call: Callable[[], bytes], content: bytes
) -> None:
    server.behaviour = once(encoded(b"gzip", content))
    with pytest.raises(NotThePlatform, match="cannot be decompressed"):
        call()


def test_what_is_compressed_without_being_asked_is_read(server: Server, call: Callable[[], bytes]) -> None:
    server.behaviour = once(encoded(b"gzip", gzip.compress(b"{}")))
    assert call() == b"{}"


@pytest.mark.parametrize(
    "behaviour",
    [
        drip(b"", b"H"),
        drip(OK, b"x"),
        drip(OK, b"name: value\r\n"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(CHUNKED, b"0"),
        drip(CHUNKED, chunk(b"x")),
        drip(CHUNKED + b"0\r\n", b"x: y\r\n"),
        drip(OK + b"content-length: 1000\r\n\r\n", b"x"),
        drip(OK + b"connection: close\r\n\r\n", b"x"),
    ],
)
def test_a_response_that_drips_ends_with_the_time(
    server: Server, call: Callable[[], bytes], behaviour: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited_connections, "_RESPONSE_SECONDS", 0.3)
    server.behaviour = behaviour
    with pytest.raises(AnswerLost, match="no response in time"):
        call()


def test_a_request_that_is_taken_too_slowly_ends_with_the_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_connections, "_SENDING_SECONDS", 0.3)

    def slow(caller: socket.socket) -> None:
        while not server.over.wait(0.02):
            caller.recv(1)

    server.behaviour = slow
    connected = Connection(f"http://{server.address}")
    with pytest.raises(AnswerLost, match=r"Lost the connection .* \(no response in time\)"):
        connected.send("PUT", "/x", {}, b"x" * 30 * LIMIT)
    connected.close()


def test_after_long_waits_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_PATIENCE", -1.0)
    attempts: list[int] = []

    def fail() -> None:
        attempts.append(1)
        raise AnswerLost("lost")

    with pytest.raises(PlatformUnreachable, match="lost"):
        retries.with_retries(fail)
    assert attempts == [1]


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, LIMIT])
@pytest.mark.parametrize("form", ["length", "chunked", "close"])
def test_what_is_not_larger_arrives_whole(server: Server, call: Callable[[], bytes], size: int, form: str) -> None:
    content = b"x" * size
    pieces = [content[start : start + 50_000] for start in range(0, size, 50_000)]
    forms = {
        "length": OK + b"content-length: %d\r\n\r\n" % size + content,
        "chunked": CHUNKED + b"".join(map(chunk, pieces)) + b"0\r\n\r\n",
        "close": OK + b"connection: close\r\n\r\n" + content,
    }
    server.behaviour = once(forms[form])
    assert call() == content
