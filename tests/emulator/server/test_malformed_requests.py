"""Callers that do not keep to HTTP, or go away in the middle, harm nobody."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.testing import Emulator, running

PATIENTS = "/organization/v1/users/patients"
HALF = b"POST /ums/v2/users/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def connect(emulator: Emulator) -> socket.socket:
    address = urlsplit(emulator.url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=20)


def refused(emulator: Emulator, request: bytes) -> tuple[int, str]:
    """Send bytes, read until the server closes the connection, and give the refusal's status and code."""
    with connect(emulator) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    assert b"\r\ncontent-type: application/json" in head.lower()
    body: dict[str, Any] = json.loads(content)
    assert set(body) == {"code", "message", "serviceName", "traceId", "environment", "details"}
    assert len(body["traceId"]) == 32
    return int(head.split(b" ")[1]), body["code"]


def test_targets_that_are_no_paths_are_not_found(emulator: Emulator) -> None:
    for target in (b"OPTIONS *", b"CONNECT 127.0.0.1:1", b"GET http://localhost/x", b"GET ///"):
        request = target + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        assert refused(emulator, request) == (404, "NOT_FOUND"), target


def test_what_is_no_http_is_refused_with_the_platforms_body_too(emulator: Emulator) -> None:
    for request in (
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\na: " + b"x" * 100_000,
    ):
        assert refused(emulator, request) == (400, "BAD_REQUEST"), request[:80]
        assert emulator.call("GET", PATIENTS).status_code == 200


def test_a_caller_that_leaves_in_the_middle_harms_nobody(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    with connect(emulator) as connection:
        connection.sendall(HALF)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert emulator.call("GET", PATIENTS).status_code == 200
    assert caplog.records == []


def test_a_caller_that_never_ends_its_request_does_not_hold_the_server(caplog: pytest.LogCaptureFixture) -> None:
    with running() as emulator:
        connection = connect(emulator)
        connection.sendall(HALF)
        assert emulator.call("GET", PATIENTS).status_code == 200
    with connection:
        assert connection.recv(1) == b""
    assert caplog.records == []


@pytest.mark.slow
def test_a_caller_that_never_takes_its_answer_does_not_hold_the_server(caplog: pytest.LogCaptureFixture) -> None:
    with running() as emulator:
        emulator.platform.router.add(
            [Route("GET", "/tests/v1/much", lambda _: ApiResponse(200, "x" * 2**26), public=True)]
        )
        connection = connect(emulator)
        connection.sendall(b"GET /tests/v1/much HTTP/1.1\r\nhost: x\r\n\r\n")
        assert connection.recv(1) == b"H"
    connection.close()
    assert caplog.records == []
