"""Plugins in an account of their own: called over HTTP at whatever address they have."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from biot_emulator.hooks import outside_endpoints
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS
from tests.http_servers import JoiningServer

CREATE = f"POST{PATIENTS}"
Answer = Callable[[dict[str, Any]], tuple[int, bytes]]


@contextmanager
def own_account(answer: Answer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve a plugin; give its address, and the requests that it got."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.append({"path": self.path, "headers": headers, "body": json.loads(content)})
            status, body = answer(requests[-1]["body"])
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            pass

    with JoiningServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", requests
        finally:
            server.shutdown()
            thread.join()


def subscribe(emulator: Emulator, endpoint: str, type: str = "PRE_REQUEST") -> None:
    body = {"type": type, "apiId": CREATE, "endpoint": endpoint}
    assert emulator.call("POST", "/dispatcher/v1/hooks/interceptions/subscribe", json=body).status_code == 201


def test_an_interceptor_gets_the_plain_request_and_no_envelope(emulator: Emulator) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, bytes]:
        body["request"]["body"]["seen"] = True
        return 200, json.dumps({"request": body["request"]}).encode()

    with own_account(answer) as (address, requests):
        subscribe(emulator, f"{address}/hooks?tenant=1")
        assert emulator.call("POST", PATIENTS, json=ADA).body["seen"] is True
    [request] = requests
    assert request["path"] == "/hooks?tenant=1"
    assert request["headers"]["hooktype"] == "INTERCEPTOR_PRE"
    assert request["headers"]["content-type"] == "application/json"
    assert request["headers"]["authorization"].startswith("Bearer eyJ")
    assert request["headers"]["traceparent"]
    assert request["body"]["apiId"] == CREATE
    assert set(request["body"]["request"]) == {"body", "path", "queryParameters", "headers", "pathVariables"}


def test_a_notification_is_posted_with_its_token_in_the_body(emulator: Emulator) -> None:
    with own_account(lambda _: (500, b"")) as (address, requests):
        body = {"entityTypeName": "patient", "actionName": "_create", "endpoint": address}
        assert emulator.call("POST", "/dispatcher/v1/hooks/notifications/subscribe", json=body).status_code == 201
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
        assert emulator.wait_for_notifications()
    [request] = requests
    assert request["headers"]["hooktype"] == "NOTIFICATION"
    assert "authorization" not in request["headers"]
    assert request["body"]["jwt"].startswith("eyJ")


def test_a_refusal_is_relayed(emulator: Emulator) -> None:
    with own_account(lambda _: (409, b'{"code": "TWINS"}')) as (address, _):
        subscribe(emulator, address)
        reply = emulator.call("POST", PATIENTS, json=ADA)
    assert (reply.status_code, reply.body) == (409, {"code": "TWINS"})
    assert emulator.search(PATIENTS) == []


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "http://a..b"])
def test_what_cannot_be_called_counts_as_a_crash(emulator: Emulator, endpoint: str) -> None:
    subscribe(emulator, endpoint)
    reply = emulator.call("POST", PATIENTS, json=ADA)
    assert (reply.status_code, reply.body["details"]) == (502, {"failure": "crash"})
    assert endpoint in reply.body["message"]


def test_what_takes_too_long_counts_as_a_timeout(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_endpoints, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        subscribe(emulator, f"http://127.0.0.1:{silent.getsockname()[1]}")
        reply = emulator.call("POST", PATIENTS, json=ADA)
    assert (reply.status_code, reply.body["details"]) == (502, {"failure": "timeout"})


@contextmanager
def misbehaving(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Take one call, and answer it byte by byte as a function says, which ends when this is over."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            answer(connection, over)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def drip(start: bytes, drop: bytes, end: bytes = b"") -> Callable[[socket.socket, threading.Event], None]:
    """Answer drop by drop for a while, and then with an end."""

    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(start)
        for _ in range(400):
            if over.wait(0.02):
                return
            connection.sendall(drop)
        connection.sendall(end)

    return answer


def pour(start: bytes, gush: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Answer without end."""

    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.is_set():
            connection.sendall(gush)

    return answer


CHUNKED = b"HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n"
GOOD = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}"
SLOW: dict[str, Callable[[socket.socket, threading.Event], None]] = {
    "first line": drip(b"HTTP/1.1 200", b" ", b"OK\r\ncontent-length: 2\r\n\r\n{}"),
    "header": drip(b"HTTP/1.1 403 Forbidden\r\na: ", b"b", b"\r\ncontent-length: 2\r\n\r\n{}"),
    "headers": drip(b"HTTP/1.1 403 Forbidden\r\n", b"a: b\r\n", b"content-length: 2\r\n\r\n{}"),
    "continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", GOOD),
    "early hints": drip(b"", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", GOOD),
    "body": drip(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 402\r\n\r\n{}", b" "),
    "chunks": drip(CHUNKED, b"1\r\n \r\n", b"0\r\n\r\n"),
    "length of a chunk": drip(
        b"HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n1;", b"x", b"\r\n1\r\n0\r\n\r\n"
    ),
    "trailer": drip(CHUNKED + b"0\r\na: ", b"b", b"\r\n\r\n"),
    "nothing": drip(b"", b""),
}
LARGE: dict[str, Callable[[socket.socket, threading.Event], None]] = {
    "length": pour(b"HTTP/1.1 200 OK\r\ncontent-length: 200000000000\r\n\r\n", b"x" * 65536),
    "body without a length": pour(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
    "chunks": pour(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 65535 + b"\r\n"),
    "chunk": pour(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\n", b"x" * 65536),
    "first line": pour(b"HTTP/1.1 200 ", b"x" * 65536),
    "header": pour(b"HTTP/1.1 200 OK\r\na: ", b"x" * 65536),
    "headers": pour(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 8192),
    "tiny chunks": pour(CHUNKED, b"1\r\nx\r\n" * 8192),
    "continue": pour(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 512),
    "trailer": pour(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\na: ", b"b" * 65536),
}
BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-le",
    "half a body": b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}",
    "half a chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ",
    "negative length": b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
    "long length": b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "switch": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
}


def call_once(emulator: Emulator, answer: Callable[[socket.socket, threading.Event], None]) -> tuple[int, str]:
    with misbehaving(answer) as address:
        subscribe(emulator, address)
        reply = emulator.call("POST", PATIENTS, json=ADA)
    return reply.status_code, reply.body["details"]["failure"]


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_whatever_drips_has_the_same_deadline(
    emulator: Emulator, answer: Callable[[socket.socket, threading.Event], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_endpoints, "SECONDS", 0.3)
    assert call_once(emulator, answer) == (502, "timeout")


@pytest.mark.parametrize("answer", LARGE.values(), ids=LARGE)
def test_whatever_has_no_end_is_read_no_further(
    emulator: Emulator, answer: Callable[[socket.socket, threading.Event], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_endpoints, "SECONDS", 600.0)  # a slow machine is not what ends it
    assert call_once(emulator, answer) == (502, "crash")


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_response_counts_as_a_crash(emulator: Emulator, content: bytes) -> None:
    assert call_once(emulator, lambda connection, _: connection.sendall(content)) == (502, "crash")


def test_what_comes_before_the_response_is_none_of_it(emulator: Emulator) -> None:
    with misbehaving(lambda connection, _: connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD)) as address:
        subscribe(emulator, address)
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 403


def test_a_redirect_is_not_followed(emulator: Emulator) -> None:
    with own_account(lambda _: (200, b"{}")) as (elsewhere, requests):
        redirect = f"HTTP/1.1 307 Temporary Redirect\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n".encode()
        with misbehaving(lambda connection, _: connection.sendall(redirect)) as address:
            subscribe(emulator, address)
            assert emulator.call("POST", PATIENTS, json=ADA).status_code == 307
    assert requests == []


def test_a_name_that_is_not_resolved_has_the_deadline_too(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    over, resolve = threading.Event(), socket.getaddrinfo

    def slow(host: str, *arguments: Any, **options: Any) -> Any:
        if host == "slow.example":
            over.wait(20)
            raise OSError("no such name")
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(outside_endpoints, "SECONDS", 0.2)
    subscribe(emulator, "http://slow.example")
    reply = emulator.call("POST", PATIENTS, json=ADA)
    assert (reply.status_code, reply.body["details"]) == (502, {"failure": "timeout"})
    over.set()
    for thread in threading.enumerate():
        if thread.name == "biot-emulator-resolve":
            thread.join()


def test_who_does_not_read_the_request_has_the_deadline_too(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_endpoints, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        subscribe(emulator, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        reply = emulator.call("POST", PATIENTS, json={**ADA, "x": "x" * 6_000_000})
    assert (reply.status_code, reply.body["details"]) == (502, {"failure": "timeout"})
