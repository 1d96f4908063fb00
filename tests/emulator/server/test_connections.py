"""Callers that keep a connection waiting lose it, and nobody else waits for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.server import connections
from biot_emulator.testing import Emulator
from tests.emulator.server.raw import ask, connect, head, read_all, read_answer

KEY = "/ums/v1/security/public-key"


@dataclass
class Blocked:
    """An API whose handler says that it has begun, and waits until it may go on."""

    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go_on: threading.Event = field(default_factory=threading.Event)

    def handle(self, _: object) -> ApiResponse:
        self.begun.release()
        self.go_on.wait(30)
        return ApiResponse(200)


@pytest.fixture
def blocked(emulator: Emulator) -> Iterator[Blocked]:
    blocked = Blocked()
    emulator.platform.router.add([Route("GET", "/tests/v1/wait", blocked.handle, public=True)])
    yield blocked
    blocked.go_on.set()


@pytest.mark.parametrize("part", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nhost: x\r\na: b\r\n"])
def test_a_head_that_does_not_arrive_is_not_waited_for(
    emulator: Emulator, part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_HEAD_SECONDS", 0.2)
    with connect(emulator) as connection:
        connection.sendall(part)
        answer = read_answer(connection)
        assert answer.refusal == (408, "REQUEST_TIMEOUT")
        assert connection.recv(1) == b""


def test_a_dripping_head_earns_no_time(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_HEAD_SECONDS", 0.2)
    answered, drops = threading.Event(), 0
    with connect(emulator) as connection:
        connection.sendall(head("GET", KEY))
        assert read_answer(connection).status == 200
        connection.sendall(b"GET / HTTP/1.1\r\na: ")

        def drip() -> None:
            nonlocal drops
            while drops < 500 and not answered.wait(0.02):
                connection.sendall(b"x")
                drops += 1

        thread = threading.Thread(target=drip)
        thread.start()
        assert read_answer(connection).refusal == (408, "REQUEST_TIMEOUT")
        answered.set()
        thread.join()
    assert drops < 500


def test_a_connection_on_which_nothing_comes_is_closed(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_HEAD_SECONDS", 0.1)
    with connect(emulator) as connection:
        assert read_all(connection) == b""


def test_a_call_may_take_longer_than_its_head(
    emulator: Emulator, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_HEAD_SECONDS", 0.05)
    with connect(emulator) as connection:
        connection.sendall(head("GET", "/tests/v1/wait"))
        assert blocked.begun.acquire(timeout=20)
        threading.Event().wait(0.2)
        blocked.go_on.set()
        assert read_answer(connection).status == 200


def test_a_response_that_nobody_takes_is_given_up(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_TAKE_SECONDS", 0.2)
    monkeypatch.setattr(connections, "_BYTES_PER_SECOND", 2**40)
    much = Route("GET", "/tests/v1/much", lambda _: ApiResponse(200, "x" * 2**25), public=True)
    emulator.platform.router.add([much])
    with connect(emulator) as connection:
        connection.sendall(head("GET", "/tests/v1/much"))
        threading.Event().wait(0.5)
        assert len(read_all(connection)) < 2**25


def test_the_longest_idle_connection_makes_room(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "max_connections", lambda: 3)
    idle = [connect(emulator) for _ in range(3)]
    try:
        half = head("POST", "/ums/v2/users/login", content_length=100)
        idle[0].sendall(half)
        assert ask(emulator, head("GET", KEY)).status == 200
        assert read_all(idle[0]) == b""
    except ConnectionResetError:
        pass  # which is how it ends where it still had sent something
    finally:
        for connection in idle:
            connection.close()


def test_where_all_connections_are_busy_the_next_one_is_told_so(
    emulator: Emulator, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [connect(emulator) for _ in range(2)]
    for connection in busy:
        connection.sendall(head("GET", "/tests/v1/wait"))
        assert blocked.begun.acquire(timeout=20)
    monkeypatch.setattr(connections, "max_connections", lambda: 2)
    with connect(emulator) as connection:
        answer = read_answer(connection)
        assert answer.refusal == (503, "SERVICE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
    blocked.go_on.set()
    for connection in busy:
        assert read_answer(connection).status == 200
        connection.close()


def test_more_callers_may_wait_than_any_pool_of_threads_would_have(emulator: Emulator, blocked: Blocked) -> None:
    waiting = [connect(emulator) for _ in range(300)]
    for connection in waiting:
        connection.sendall(head("GET", "/tests/v1/wait"))
    assert ask(emulator, head("GET", KEY)).status == 200
    assert emulator.call("GET", "/settings/v2/plugins").status_code == 200
    blocked.go_on.set()
    for connection in waiting:
        assert read_answer(connection).status == 200
        connection.close()
