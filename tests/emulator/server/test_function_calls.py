"""Calls to the addresses of plugins: one thread responds to those of a connection, and the loop to all that is odd."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.hooks.direct_calls import FunctionUrls
from biot_emulator.http.response import Response
from biot_emulator.server import connections
from biot_emulator.server.plain import stays
from biot_emulator.server.threads import serving
from biot_emulator.server.threads.working import WorkerThreads
from biot_emulator.testing import Emulator, running
from tests.emulator.server.raw import connect, head, read_all, read_answer

KEY = "/ums/v1/security/public-key"
HERE, ELSEWHERE = "/_functions/" + "a" * 32, "/_functions/" + "b" * 32
ODD = "  two spaces"
LARGE = 8 * 1024 * 1024


@dataclass
class Plugin:
    """What is called in place of a plugin, and what was handed over to another thread for that."""

    asked: list[UrlRequest] = field(default_factory=list)
    handed_over: set[object] = field(default_factory=set)
    work: threading.local = field(default_factory=threading.local)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def respond(self, address: str, request: UrlRequest) -> Response:
        self.asked.append(request)
        self.handed_over.add(self.work.current)
        match request.path:
            case "/none":
                return Response(204)
            case "/large":
                return Response(200, {"content-type": "application/json"}, b'"%b"' % (b"x" * LARGE))
            case "/slow":
                self.begun.release()
                threading.Event().wait(0.5)
            case "/broken":
                raise RuntimeError("the emulator is broken")
        document = f'["{address[0]}", "{request.method} {request.path}?{request.query_string}", {len(request.content)}]'
        return Response(200, {"content-type": "application/json"}, document.encode(), ("a=1", "b=2"))


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Plugin:
    plugin, run = Plugin(), WorkerThreads.run

    async def count(self: WorkerThreads, do: Callable[[], Any]) -> Any:
        def counted() -> Any:
            plugin.work.current = object()
            return do()

        return await run(self, counted)

    monkeypatch.setattr(WorkerThreads, "run", count)
    monkeypatch.setattr(FunctionUrls, "knows", lambda *_: True)
    monkeypatch.setattr(FunctionUrls, "handle", lambda _, address, request: plugin.respond(address, request))
    return plugin


@pytest.fixture
def emulator(plugin: Plugin) -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a thread wait for the next request as long as a busy machine needs to send it."""
    monkeypatch.setattr(stays, "_SECONDS", 5.0)


def call(path: str, body: bytes = b"", **headers: object) -> bytes:
    return head("POST", path, content_length=len(body), **headers) + body


@pytest.mark.usefixtures("patient")
def test_the_calls_of_a_connection_are_handed_over_once(emulator: Emulator, plugin: Plugin) -> None:
    with connect(emulator) as connection:
        for number in range(5):
            connection.sendall(call(f"{HERE}/a%20b?c={number}", b"x" * number))
            answer = read_answer(connection)
            assert answer.body == ["a", f"POST /a%20b?c={number}", number]
            assert "date" in answer.headers
    assert len(plugin.handed_over) == 1
    assert len({request.source_ip for request in plugin.asked}) == 1
    assert plugin.asked[0].headers.keys() == plugin.asked[1].headers.keys()


def test_a_thread_waits_no_longer_than_a_moment(
    emulator: Emulator, plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stays, "_SECONDS", 0.01)
    with connect(emulator) as connection:
        for _ in range(2):
            connection.sendall(call(HERE))
            assert read_answer(connection).status == 200
            threading.Event().wait(0.5)
    assert len(plugin.handed_over) == 2


@pytest.mark.usefixtures("patient")
def test_whatever_else_comes_on_the_connection_is_responded_to_as_ever(emulator: Emulator) -> None:
    with connect(emulator) as connection:
        for request, expected in (
            (call(HERE), ["a", "POST /?", 0]),
            (call(ELSEWHERE), ["b", "POST /?", 0]),
            (call(f"{HERE}/x", a=ODD), ["a", "POST /x?", 0]),
            (call(f"{HERE}/x", b"x" * 200_000), ["a", "POST /x?", 200_000]),
            (
                head("GET", f"{HERE}/x?y=z", transfer_encoding="chunked") + b"1\r\nx\r\n0\r\n\r\n",
                ["a", "GET /x?y=z", 1],
            ),
        ):
            connection.sendall(call(HERE))
            assert read_answer(connection).status == 200
            connection.sendall(request)
            assert read_answer(connection).body == expected
        connection.sendall(call(HERE))
        assert read_answer(connection).status == 200
        connection.sendall(head("GET", KEY))
        assert "publicKey" in read_answer(connection).body


@pytest.mark.usefixtures("patient")
def test_too_many_headers_are_refused_of_each_call_of_a_connection(emulator: Emulator, plugin: Plugin) -> None:
    many = {f"h{number}": "x" for number in range(250)}
    with connect(emulator) as connection:
        connection.sendall(call(HERE))
        assert read_answer(connection).status == 200
        connection.sendall(call(HERE, b"", **many))
        assert read_answer(connection).status == 431
    assert len(plugin.asked) == 1


@pytest.mark.usefixtures("patient")
def test_several_requests_at_once_are_responded_to_in_order(emulator: Emulator, plugin: Plugin) -> None:
    with connect(emulator) as connection, connection.makefile("rb") as stream:
        connection.sendall(call(f"{HERE}/0"))
        assert read_answer(connection).body[1] == "POST /0?"
        connection.sendall(call(f"{HERE}/1") + call(f"{HERE}/2", a=ODD) + call(f"{HERE}/3") + b"nonsense\r\n\r\n")
        content = stream.read()
    assert [request.path for request in plugin.asked] == ["/0", "/1", "/2", "/3"]
    places = [content.index(part) for part in (b"POST /1?", b"POST /2?", b"POST /3?", b"HTTP/1.1 400 ")]
    assert places == sorted(places)


@pytest.mark.parametrize("end", [1, 60, -3])
def test_a_request_in_pieces_is_whole(emulator: Emulator, end: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stays, "_SECONDS", 0.1)
    with connect(emulator) as connection:
        for pause in (0.0, 0.5):
            connection.sendall(call(HERE))
            assert read_answer(connection).status == 200
            request = call(f"{HERE}/x", b"12345")
            connection.sendall(request[:end])
            threading.Event().wait(pause)
            connection.sendall(request[end:])
            assert read_answer(connection).body == ["a", "POST /x?", 5]


@pytest.mark.usefixtures("patient")
def test_a_response_without_a_body_and_one_that_is_too_large_to_send_at_once_arrive(emulator: Emulator) -> None:
    with connect(emulator) as connection:
        for _ in range(2):
            connection.sendall(call(HERE))
            assert read_answer(connection).status == 200
            connection.sendall(call(f"{HERE}/none"))
            assert read_answer(connection).status == 204
            connection.sendall(call(HERE))
            assert read_answer(connection).status == 200
            connection.sendall(call(f"{HERE}/large"))
            threading.Event().wait(0.2)
            assert len(read_answer(connection).body) == LARGE


@pytest.mark.usefixtures("patient")
def test_what_fails_in_a_later_call_is_a_failure_of_that_call_alone(emulator: Emulator) -> None:
    with connect(emulator) as connection:
        connection.sendall(call(HERE))
        assert read_answer(connection).status == 200
        connection.sendall(call(f"{HERE}/broken"))
        assert read_all(connection).startswith(b"HTTP/1.1 500 ")
    with connect(emulator) as connection:
        connection.sendall(call(HERE))
        assert read_answer(connection).status == 200


@pytest.mark.usefixtures("patient")
def test_a_document_is_isolated_in_every_call(emulator: Emulator) -> None:
    host = urlsplit(emulator.url).netloc
    with connect(emulator) as connection:
        for destination in ("document", "empty", "iframe"):
            request = f"GET {HERE} HTTP/1.1\r\nhost: {host}\r\nsec-fetch-dest: {destination}\r\n\r\n"
            connection.sendall(request.encode())
            policy = read_answer(connection).headers.get("content-security-policy", "")
            assert policy.startswith("sandbox") == (destination != "empty")


def status_of_another(emulator: Emulator) -> int:
    with connect(emulator) as connection:
        connection.sendall(call(HERE))
        return read_answer(connection).status


def test_a_thread_that_waits_makes_room_for_others(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stays, "_SECONDS", 600.0)
    monkeypatch.setattr(connections, "max_connections", lambda: 1)
    with connect(emulator) as waiting:
        waiting.sendall(call(HERE))
        assert read_answer(waiting).status == 200
        # The caller may have its answer a moment before the thread waits again.
        deadline = time.monotonic() + 20
        while status_of_another(emulator) != 200:
            assert time.monotonic() < deadline
        assert read_all(waiting) == b""


@pytest.mark.parametrize("is_working", [False, True])
def test_the_end_waits_for_a_call_and_not_for_the_next_one(
    plugin: Plugin, is_working: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stays, "_SECONDS", 600.0)
    # Nobody would end the connection before.
    monkeypatch.setattr(serving, "_GRACE_SECONDS", 600.0)
    with running() as emulator:
        connection = connect(emulator)
        connection.sendall(call(HERE))
        assert read_answer(connection).status == 200
        if is_working:
            connection.sendall(call(f"{HERE}/slow"))
            assert plugin.begun.acquire(timeout=20)
    if is_working:
        assert read_answer(connection).body == ["a", "POST /slow?", 0]
    assert read_all(connection) == b""
    connection.close()
