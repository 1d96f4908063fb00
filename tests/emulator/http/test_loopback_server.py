"""The small server on the loopback address, by what is on the wire."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from biot_emulator.http.loopback_server import Server, json_response
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response

MOST = 1000


@pytest.fixture
def seen() -> list[Request]:
    return []


@pytest.fixture
def server(seen: list[Request]) -> Iterator[Server]:
    def respond(request: Request) -> Response | None:
        seen.append(request)
        return None if request.path == "/close" else json_response(200, {"size": request.size})

    with closing(Server(respond, MOST)) as server:
        yield server


def exchange(server: Server, *requests: bytes) -> bytes:
    """Send requests on one connection; return all that comes back until it is closed."""
    host, _, port = server.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"".join(requests))
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_requests_follow_one_another_on_a_connection(server: Server, seen: list[Request]) -> None:
    first = b"POST /a?b=c HTTP/1.1\r\nX-Name: value\r\nContent-Length: 3\r\n\r\nabc"
    received = exchange(server, first, b"GET /d HTTP/1.1\r\n\r\n")
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert [(one.method, one.path, one.query, one.body) for one in seen] == [
        ("POST", "/a", "b=c", b"abc"),
        ("GET", "/d", "", b""),
    ]
    assert seen[0].headers == {"x-name": "value", "content-length": "3"}


def test_a_response_is_framed(server: Server) -> None:
    received = exchange(server, b"GET / HTTP/1.1\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [b"HTTP/1.1 200 OK", b"content-type: application/json", b"content-length: 10"]
    assert body == b'{"size":0}'


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"OPTIONS / HTTP/1.1\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
    ],
)
def test_what_it_does_not_take_ends_the_connection(
    server: Server, seen: list[Request], request_: bytes, status: int
) -> None:
    received = exchange(server, request_, b"GET / HTTP/1.1\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.count(b"HTTP/1.1") == 1
    assert seen == []


def test_a_connection_ends_as_the_caller_or_the_function_has_it(server: Server, seen: list[Request]) -> None:
    exchange(server, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n")
    assert len(seen) == 1
    assert exchange(server, b"GET /close HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n") == b""
    assert len(seen) == 2


def test_a_body_that_is_too_large_is_read_and_not_passed_on(server: Server, seen: list[Request]) -> None:
    large = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MOST + 1) + b"x" * (MOST + 1)
    received = exchange(server, large, b"GET / HTTP/1.1\r\n\r\n")
    assert received.count(b"200 OK") == 2
    assert [(one.size, one.body) for one in seen] == [(MOST + 1, b""), (0, b"")]


def test_whoever_waits_before_sending_a_body_is_told_to_go_on(server: Server) -> None:
    received = exchange(server, b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na")
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_nobody_else_is_admitted(seen: list[Request]) -> None:
    def respond(request: Request) -> Response:
        seen.append(request)
        return Response(200)

    with closing(Server(respond, MOST, lambda *_: False)) as server:
        assert exchange(server, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 403 ")
    assert seen == []


def test_it_reads_no_head_as_a_mail() -> None:
    """What reads mails takes most of the time of a small request, and of the start."""
    code = "import sys, biot_emulator.http.loopback_server; print({'email.parser', 'http.client'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
