"""The server's end of a connection, by what is on the wire, for whoever cannot wait."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from biot_emulator.http.connection import Connection, ConnectionEnded
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response

MOST = 1000
#: More than what the system stores of a connection.
LARGE = b"x" * 20_000_000


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Connection]]:
    """The caller's end, and the server's."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        caller = stack.enter_context(socket.create_connection(listener.getsockname(), timeout=20))
        connection = Connection(listener.accept()[0], MOST, None)
        stack.callback(connection.close)
        yield caller, connection


def poll(connection: Connection) -> Request | None:
    """Ask for a request as soon as anything has come."""
    poller = select.poll()
    poller.register(connection, connection.awaited)
    assert poller.poll(20_000)
    return connection.poll()


def test_a_request_is_read_once_all_of_it_has_come(ends: tuple[socket.socket, Connection]) -> None:
    caller, connection = ends
    assert connection.poll() is None
    for part in (b"POST /a HTTP/1.1\r\n", b"Content-Length: 4\r\n\r\n", b"ab"):
        caller.sendall(part)
        assert poll(connection) is None
    caller.sendall(b"cdGET /next HTTP/1.1\r\n\r\n")
    request = poll(connection)
    assert request
    assert (request.path, request.body) == ("/a", b"abcd")
    connection.respond(Response(200))
    following = connection.poll()
    assert following
    assert following.path == "/next"


def test_a_response_that_has_no_room_goes_on_with_the_next_call(ends: tuple[socket.socket, Connection]) -> None:
    caller, connection = ends
    caller.sendall(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
    assert poll(connection)
    connection.respond(Response(200, {}, LARGE))
    # The second request has come, but is nobody's before the response to the first one has gone.
    assert connection.poll() is None
    assert connection.awaited == select.POLLOUT
    received = bytearray()
    while (request := connection.poll()) is None:
        received += caller.recv(1_000_000)
    assert request.path == "/b"
    assert connection.awaited == select.POLLIN
    connection.close()
    received += b"".join(iter(lambda: caller.recv(1_000_000), b""))
    assert received.partition(b"\r\n\r\n")[2] == LARGE


def test_whoever_sends_without_end_holds_nobody_up(ends: tuple[socket.socket, Connection]) -> None:
    caller, connection = ends
    stopped = threading.Event()

    def send() -> None:
        caller.sendall(b"POST / HTTP/1.1\r\nContent-Length: 900000000000000\r\n\r\n")
        while not stopped.is_set():
            caller.send(LARGE)

    sender = threading.Thread(target=send)
    sender.start()
    for _ in range(100):
        assert poll(connection) is None
    stopped.set()
    while sender.is_alive():
        connection.poll()
    sender.join()


def test_what_ends_in_the_middle_is_no_request(ends: tuple[socket.socket, Connection]) -> None:
    caller, connection = ends
    caller.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab")
    caller.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionEnded):
        connection.wait()


def test_the_last_response_says_that_it_is_the_last(ends: tuple[socket.socket, Connection]) -> None:
    caller, connection = ends
    caller.sendall(b"GET / HTTP/1.0\r\n\r\n")
    connection.wait()
    connection.respond(Response(204))
    assert b"".join(iter(lambda: caller.recv(4096), b"")) == b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"
    with pytest.raises(ConnectionEnded):
        connection.poll()
