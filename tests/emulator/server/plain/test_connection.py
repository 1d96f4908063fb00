"""Plain requests take nothing of h11, and whoever sends others on the same connection notices no difference."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator

import h11
import pytest

from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.http.response import Response
from biot_emulator.server.function_endpoint import FunctionEndpoint

ODD = b"x-odd:  two spaces\r\n"


def echo(request: UrlRequest) -> Response:
    content = json.dumps([request.method, request.path, request.query_string, request.content.decode()]).encode()
    return Response(201, {"content-type": "application/json", "x-b": "1"}, content, ("c=1", "d=2"))


class Caller:
    """Sends bytes on one connection, and reads one response after the other."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), 20)
        self.send = self._connection.sendall
        self.stream = self._connection.makefile("rb")

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        self._connection.close()

    def read(self) -> tuple[list[bytes], bytes]:
        """Read a response; return the lines of its head but for the date, and its body."""
        lines = list(iter(self.stream.readline, b"\r\n"))
        lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        return [line for line in lines if not line.startswith(b"date:")], self.stream.read(sum(lengths))

    def echoed(self) -> list[str]:
        """Read the response of `echo`; return what it was asked for."""
        asked: list[str] = json.loads(self.read()[1])
        return asked


@pytest.fixture
def caller() -> Iterator[Caller]:
    with FunctionEndpoint(echo) as endpoint, Caller(endpoint.port) as caller:
        yield caller


@pytest.fixture
def done_by_h11(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    done: Counter[str] = Counter()
    for name in ("receive_data", "next_event", "send"):
        original = getattr(h11.Connection, name)

        def count(*arguments: object, name: str = name, original: object = original, **named: object) -> object:
            done[name] += 1
            return original(*arguments, **named)  # type: ignore[operator]

        monkeypatch.setattr(h11.Connection, name, count)
    return done


def request(path: str, body: bytes = b"", more: bytes = b"") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n".encode()
    return head + more + b"\r\n" + body


def test_a_plain_request_and_its_response_take_nothing_of_h11(caller: Caller, done_by_h11: Counter[str]) -> None:
    for _ in range(3):
        caller.send(request("/a?b=c", b"body"))
        assert caller.echoed() == ["POST", "/a", "b=c", "body"]
    assert not done_by_h11
    caller.send(request("/a", b"body", ODD))
    caller.read()
    assert done_by_h11.keys() == {"receive_data", "next_event", "send"}


def test_a_plain_response_is_written_at_once(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    transport = asyncio.selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
    write = transport.write

    def record(self: asyncio.Transport, data: bytes) -> None:
        written.append(data)
        write(self, data)

    monkeypatch.setattr(transport, "write", record)
    caller.send(request("/a", b"body"))
    _, body = caller.read()
    assert [content.endswith(b"\r\n\r\n" + body) for content in written] == [True]


def test_a_request_that_is_not_plain_gets_the_same_response(caller: Caller) -> None:
    caller.send(request("/a", b"body"))
    plain = caller.read()
    caller.send(request("/a", b"body", ODD))
    assert caller.read() == plain


def test_a_body_arrives_in_whatever_pieces(caller: Caller) -> None:
    body = b"x" * 300_000
    whole = request("/a", body)
    for end in (len(whole) - len(body), len(whole) - len(body) + 1, 200_000):
        caller.send(whole[:end])
        caller.send(whole[end:])
        assert caller.echoed()[3] == body.decode()


@pytest.mark.parametrize("mores", [(b"", b"", b""), (b"", ODD, b""), (ODD, b"", ODD), (b"", ODD, ODD)])
def test_requests_at_once_get_their_responses_in_order(caller: Caller, mores: tuple[bytes, ...]) -> None:
    caller.send(b"".join(request(f"/{number}", b"b", more) for number, more in enumerate(mores)))
    assert [caller.echoed()[1] for _ in mores] == ["/0", "/1", "/2"]


def test_a_plain_request_smuggles_no_other_in(caller: Caller) -> None:
    inner = request("/inner")
    caller.send(request("/outer", inner) + b"nonsense\r\n\r\n")
    assert caller.echoed() == ["POST", "/outer", "", inner.decode()]
    assert caller.read()[0][0] == b"HTTP/1.1 400 Bad Request\r\n"
    assert caller.stream.read() == b""


def test_a_response_without_a_body_is_written_by_h11_and_the_connection_goes_on(done_by_h11: Counter[str]) -> None:
    def respond(asked: UrlRequest) -> Response:
        return Response(204) if asked.path == "/none" else echo(asked)

    with FunctionEndpoint(respond) as endpoint, Caller(endpoint.port) as caller:
        for _ in range(2):
            done_by_h11.clear()
            caller.send(request("/none", b"body"))
            assert caller.read() == ([b"HTTP/1.1 204 No Content\r\n"], b"")
            assert done_by_h11
            # The end of what h11 did may come after its response.
            caller.send(request("/some", b"body"))
            assert caller.echoed()[1] == "/some"
            done_by_h11.clear()
            caller.send(request("/some", b"body"))
            assert caller.echoed()[1] == "/some"
            assert not done_by_h11


@pytest.mark.parametrize("status", [200, 204])
def test_who_leaves_before_the_response_is_no_error(status: int, caplog: pytest.LogCaptureFixture) -> None:
    begun, left, ended = threading.Event(), threading.Event(), threading.Event()

    def respond(_: UrlRequest) -> Response:
        begun.set()
        left.wait(20)
        ended.set()
        return Response(status)

    with FunctionEndpoint(respond) as endpoint:
        with Caller(endpoint.port) as caller:
            caller.send(request("/a", b"body"))
            assert begun.wait(20)
        threading.Event().wait(0.2)  # the loop takes notice
        left.set()
        assert ended.wait(20)
    assert caplog.records == []
