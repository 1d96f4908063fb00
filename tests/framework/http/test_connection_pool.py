"""Connections that are reused."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from biot_plugin import PreRequest
from biot_plugin.http.connection_pool import ConnectionPool
from tests.framework.api_client.handlers import Run, get, patch
from tests.framework.platform_server import (
    Exchange,
    PlatformServer,
    ok,
)


def test_calls_share_a_connection_and_a_token(platform: PlatformServer, run: Run) -> None:
    for _ in range(20):
        run(get)
    assert (len(platform.received), len(platform.logins), platform.connections) == (20, 1, 1)


def test_a_connection_that_was_closed_meanwhile_is_not_used(platform: PlatformServer, run: Run) -> None:
    closed = threading.Semaphore(0)

    def closing(exchange: Exchange) -> None:
        ok(exchange)
        exchange.break_off()
        closed.release()

    platform.behaves(closing)
    for _ in range(5):
        run(patch)
        closed.acquire()
        assert run.result == {"method": "PATCH"}
    assert len(platform.received) == 5


def test_a_connection_that_the_server_closes_is_not_reused(platform: PlatformServer, run: Run) -> None:
    platform.behaves(lambda exchange: exchange.answer(200, {}, connection="close"))
    run(get)
    run(get)
    assert run.result == {}
    assert platform.connections == 2  # the first call shares the connection of the log-in


class Interrupted(BaseException):
    """Raised by a signal, as when Lambda's runtime client ends."""


def test_an_interrupted_call_leaves_no_half_read_connection(platform: PlatformServer, run: Run) -> None:
    run(get)

    def interrupt(*_: object) -> None:
        raise Interrupted

    def interrupted(event: PreRequest) -> None:
        with pytest.raises(Interrupted):
            get(event)

    before = signal.signal(signal.SIGALRM, interrupt)
    platform.behaves(lambda exchange: platform.wait(5))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        run(interrupted)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    platform.behaves(ok)
    run(get)
    assert run.result == {"method": "GET"}
    assert platform.connections == 2


@pytest.mark.parametrize(("most", "connections"), [(ConnectionPool.MAX_IDLE, 2), (1, 3)])
def test_as_many_connections_are_left_open_as_may_be(
    platform: PlatformServer, run: Run, monkeypatch: pytest.MonkeyPatch, most: int, connections: int
) -> None:
    """Two calls at once, twice."""
    monkeypatch.setattr(ConnectionPool, "MAX_IDLE", most)
    barrier = threading.Barrier(2)

    def together(exchange: Exchange) -> None:
        barrier.wait(30)
        ok(exchange)

    def two_calls(event: PreRequest) -> list[object]:
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(lambda _: get(event), range(2)))

    platform.behaves(together)
    run(two_calls)
    run(two_calls)
    assert run.result == [{"method": "GET"}] * 2
    assert platform.connections == connections
