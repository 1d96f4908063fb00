"""The start and the end of the server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from biot_plugin import DirectCall, Plugin
from biot_plugin.testing import Signer
from tests.framework.asgi.conftest import MakeCaller
from tests.framework.asgi_caller import Caller, Part, http_scope, parts
from tests.framework.callers.target import PATIENTS, pre
from tests.framework.conftest import KeyService

Log = Callable[[], list[dict[str, Any]]]


async def lifespan(caller: Caller, between: Callable[[], Coroutine[Any, Any, None]]) -> list[str]:
    """Start the server, and end it after `between`."""
    sent: list[str] = []
    started = asyncio.Event()

    async def messages() -> Part:
        if not started.is_set():
            started.set()
            return {"type": "lifespan.startup"}
        await between()
        return {"type": "lifespan.shutdown"}

    async def send(message: Part) -> None:
        sent.append(message["type"])

    await caller.application({"type": "lifespan"}, messages, send)
    return sent


async def nothing() -> None: ...


def test_it_starts_and_ends(caller: Caller) -> None:
    for _ in range(2):
        assert caller.run(lifespan(caller, nothing)) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_the_keys_are_fetched_at_the_start(key_service: KeyService, signer: Signer) -> None:
    plugin = Plugin()
    plugin.pre_request(PATIENTS)(lambda event: None)
    caller = Caller(plugin.asgi())

    async def between() -> None:
        while key_service.requests == 0:
            await asyncio.sleep(0.005)
        event = pre(signer.token("PLUGIN_INTERCEPTOR"))
        scope = http_scope(headers=event["headers"])
        assert (await caller.serve(scope, parts(event["body"].encode()))).status == 200

    caller.run(lifespan(caller, between))
    caller.close()
    assert key_service.requests == 1


def test_without_a_platform_nothing_is_fetched(caller: Caller) -> None:
    assert len(caller.run(lifespan(caller, nothing))) == 2


def test_the_end_waits_for_what_is_handled(plugin: Plugin, serve: MakeCaller) -> None:
    go_on, inside = threading.Event(), threading.Event()

    @plugin.endpoint(public=True)
    def wait(event: DirectCall) -> str:
        inside.set()
        assert go_on.wait(20)
        return "done"

    caller = serve()

    async def test() -> None:
        call: asyncio.Task[Any] | None = None

        async def between() -> None:
            nonlocal call
            call = asyncio.create_task(caller.serve(http_scope("GET"), parts(b"")))
            await asyncio.to_thread(inside.wait, 20)

        end = asyncio.create_task(lifespan(caller, between))
        while not inside.is_set():
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        assert not end.done()
        assert call is not None
        health = await caller.serve(http_scope("GET", "/healthz"), [])
        assert (health.status, health.json) == (503, {"status": "ending"})
        go_on.set()
        assert (await call).content == b"done"
        assert await end == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
        await asyncio.to_thread(_join_handlers)

    caller.run(test())


def _join_handlers() -> None:
    for thread in threading.enumerate():
        if thread.name == "biot-handler":
            thread.join(20)
            assert not thread.is_alive()


def test_the_end_does_not_wait_for_ever(plugin: Plugin, serve: MakeCaller, log: Log) -> None:
    go_on, inside = threading.Event(), threading.Event()

    @plugin.endpoint(public=True)
    def hang(event: DirectCall) -> None:
        inside.set()
        assert go_on.wait(20)

    caller = serve(shutdown_timeout=0.05)

    async def test() -> None:
        call = asyncio.create_task(caller.serve(http_scope("GET"), parts(b"")))
        await asyncio.to_thread(inside.wait, 20)
        assert len(await lifespan(caller, nothing)) == 2
        go_on.set()
        assert (await call).status == 204

    caller.run(test())
    assert "Calls that were still handled when the server ended: 1" in [record["message"] for record in log()]
