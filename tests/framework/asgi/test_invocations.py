"""Limits of time and number, and callers who hang up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from biot_plugin import DirectCall, Plugin
from biot_plugin.wire import exact_numbers
from tests.framework.asgi.conftest import MakeCaller
from tests.framework.asgi_caller import HANG_UP, Caller, Part, Received, http_scope, parts

Log = Callable[[], list[dict[str, Any]]]


class Gate:
    """A handler that waits until it may go on, and what became of its calls."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.begun = threading.Semaphore(0)
        self.paths: list[str] = []

    def __call__(self, event: DirectCall) -> str:
        self.paths.append(event.path)
        self.begun.release()
        if event.path != "/quick":
            assert self.go_on.wait(30)
        return event.path


@pytest.fixture
def gate(plugin: Plugin) -> Iterator[Gate]:
    gate = Gate()
    plugin.endpoint(public=True)(gate)
    yield gate
    gate.go_on.set()
    for thread in threading.enumerate():
        if thread.name == "biot-handler":
            thread.join(0.01)


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.002)


def get(caller: Caller, path: str, content: bytes = b"") -> Received:
    """Call until the call is begun in its short time, on however busy a machine."""
    while (received := caller.call(http_scope("GET", path), parts(content))).status == 503:
        pass
    return received


def begin(caller: Caller, path: str, *body: Part) -> asyncio.Task[Received]:
    return asyncio.ensure_future(caller.serve(http_scope("GET", path), body or parts(b"")))


def test_a_call_that_takes_too_long_is_answered(serve: MakeCaller, gate: Gate, log: Log) -> None:
    received = get(serve(timeout=0.1), "/hangs")
    assert (received.status, received.code) == (504, "GATEWAY_TIMEOUT")
    assert "its thread cannot be ended, and goes on" in log()[-1]["message"]


def test_the_place_of_a_handler_that_hangs_is_taken_by_another(serve: MakeCaller, gate: Gate) -> None:
    caller = serve(timeout=0.3, threads=1, queue=0)
    assert get(caller, "/hangs").status == 504
    assert get(caller, "/quick").content == b"/quick"
    gate.go_on.set()
    assert get(caller, "/quick").content == b"/quick"


def test_if_all_hang_the_health_says_so_until_one_ends(serve: MakeCaller, gate: Gate) -> None:
    caller = serve(timeout=0.1, threads=2, queue=4)
    while len(gate.paths) < 4:
        assert caller.get("/hangs").status in (503, 504)
    assert gate.paths == ["/hangs"] * 4
    assert caller.get("/quick").status == 503
    health = caller.get("/healthz")
    assert (health.status, health.json) == (503, {"status": "all threads hang"})
    gate.go_on.set()
    caller.run(_healthy(caller))
    assert get(caller, "/quick").content == b"/quick"


async def _healthy(caller: Caller) -> None:
    while (await caller.serve(http_scope("GET", "/healthz"), [])).status != 200:
        await asyncio.sleep(0.005)


def test_calls_beyond_the_queue_are_refused_at_once(serve: MakeCaller, gate: Gate) -> None:
    caller = serve(threads=1, queue=1)

    async def test() -> None:
        running = begin(caller, "/1")
        await until(lambda: gate.paths)
        waiting = begin(caller, "/2")
        await asyncio.sleep(0)
        refused = await begin(caller, "/3")
        assert (refused.status, refused.code) == (503, "SERVICE_UNAVAILABLE")
        assert refused.headers["retry-after"] == "1"
        gate.go_on.set()
        assert [(await running).content, (await waiting).content] == [b"/1", b"/2"]

    caller.run(test())
    assert gate.paths == ["/1", "/2"]


def test_what_waits_when_its_time_is_up_is_never_begun(plugin: Plugin, serve: MakeCaller) -> None:
    """All threads that there may be hang, so nobody takes what waits."""
    gate = Gate()
    plugin.endpoint(public=True)(gate)
    caller = serve(threads=1, queue=3, timeout=0.2)

    async def test() -> list[int]:
        hanging = [begin(caller, "/hangs") for _ in range(2)]
        await until(lambda: gate.paths or hanging[0].done())
        waiting = [begin(caller, "/waits") for _ in range(2)]
        return [(await call).status for call in (*hanging, *waiting)]

    statuses = caller.run(test())
    begun = len(gate.paths)
    assert sorted(statuses) == [503] * (4 - begun) + [504] * begun
    gate.go_on.set()
    caller.run(_healthy(caller))
    assert len(gate.paths) == begun


def test_a_caller_who_hangs_up_while_it_waits_is_not_handled(serve: MakeCaller, gate: Gate) -> None:
    caller = serve(threads=1, queue=1)

    async def test() -> None:
        running = begin(caller, "/1")
        await until(lambda: gate.paths)
        assert (await begin(caller, "/2", *parts(b""), HANG_UP)).messages == []
        gate.go_on.set()
        assert (await running).status == 200

    caller.run(test())
    assert caller.get("/quick").status == 200
    assert gate.paths == ["/1", "/quick"]


def test_what_was_begun_is_finished_for_a_caller_who_hangs_up(serve: MakeCaller, gate: Gate) -> None:
    caller = serve()

    async def hang_up() -> Part:
        await until(lambda: gate.paths)
        gate.go_on.set()
        return HANG_UP

    received = caller.run(caller.serve(http_scope("GET", "/1"), parts(b""), then=hang_up))
    assert received.content == b"/1"  # The server throws it away.


def test_what_was_begun_has_no_more_time_for_a_caller_who_hangs_up(serve: MakeCaller, gate: Gate) -> None:
    caller = serve(timeout=0.3)

    async def hang_up() -> Part:
        await until(lambda: gate.paths)
        return HANG_UP

    def call() -> int:
        return caller.run(caller.serve(http_scope("GET", "/1"), parts(b""), then=hang_up)).status

    while (status := call()) == 503:
        pass
    assert status == 504


def test_a_connection_of_which_the_server_says_nothing_more_is_no_error(serve: MakeCaller, gate: Gate) -> None:
    caller = serve()

    async def fail() -> Part:
        await until(lambda: gate.paths)
        gate.go_on.set()
        raise ConnectionError

    assert caller.run(caller.serve(http_scope("GET", "/1"), parts(b""), then=fail)).status == 200


def test_a_call_that_the_server_cancels_is_not_begun(serve: MakeCaller, gate: Gate) -> None:
    caller = serve(threads=1, queue=1)

    async def test() -> None:
        running = begin(caller, "/1")
        await until(lambda: gate.paths)
        waiting = begin(caller, "/2")
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.go_on.set()
        assert (await running).status == 200

    caller.run(test())
    assert caller.get("/quick").status == 200
    assert gate.paths == ["/1", "/quick"]


def test_an_async_handler_is_cancelled_when_its_time_is_up(plugin: Plugin, serve: MakeCaller) -> None:
    cancelled = threading.Event()

    @plugin.endpoint(public=True)
    async def wait(event: DirectCall) -> str:
        if event.path == "/quick":
            return "quick"
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return "never"

    caller = serve(timeout=0.3, threads=1, queue=0)
    received = get(caller, "/")
    assert (received.status, received.code) == (504, "GATEWAY_TIMEOUT")
    assert cancelled.wait(20)

    assert get(caller, "/quick").content == b"quick"


def test_the_numbers_of_a_handler_that_hangs_are_forgotten(plugin: Plugin, serve: MakeCaller) -> None:
    go_on, done = threading.Event(), threading.Event()

    @plugin.endpoint(public=True)
    def hang(event: DirectCall) -> Any:
        json = event.json
        if event.path == "/hangs":
            assert go_on.wait(30)
            done.set()
        return json

    caller = serve(timeout=0.3)
    assert get(caller, "/hangs", b"[1.10]").status == 504
    assert get(caller, "/", b"[2.20]").content == b"[2.20]"
    caller.run(until(lambda: not exact_numbers._remembered))
    go_on.set()
    assert done.wait(20)
