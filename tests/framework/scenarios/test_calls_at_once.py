"""`event.biot` in many events at once, as in a server of one's own."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from biot_plugin import DirectCall, Plugin
from tests.framework.api_client.conftest import platform
from tests.framework.asgi_caller import Caller, Received, http_scope, parts
from tests.framework.platform_server import Exchange, PlatformServer

__all__ = ["platform"]

COUNT = 64


@pytest.mark.parametrize("is_async", [False, True])
def test_64_events_at_once_log_in_once_and_get_each_its_own_response(platform: PlatformServer, is_async: bool) -> None:
    """All are in their handlers before the first of them calls, so that none has a connection or a token yet."""
    plugin, barrier = Plugin(), threading.Barrier(COUNT)
    platform.behaves(_echo)

    def call(event: DirectCall) -> object:
        barrier.wait(60)
        return event.biot.get(f"/a/v1{event.path}")

    async def call_in_thread(event: DirectCall) -> object:
        return await asyncio.get_running_loop().run_in_executor(threads, call, event)

    plugin.endpoint(public=True)(call_in_thread if is_async else call)
    caller = Caller(plugin.asgi(threads=COUNT, queue=0, timeout=60))

    async def at_once() -> list[Received]:
        return await asyncio.gather(
            *(
                caller.serve(http_scope("GET", f"/{number}", {"traceparent": _traceparent(number)}), parts(b""))
                for number in range(COUNT)
            )
        )

    with ThreadPoolExecutor(COUNT) as threads:
        replies = caller.run(at_once())
    caller.close()
    assert [reply.json for reply in replies] == [
        {"path": f"/a/v1/{number}", "traceparent": _traceparent(number)} for number in range(COUNT)
    ]
    assert len(platform.logins) == 1


def _echo(exchange: Exchange) -> None:
    received = exchange.received
    exchange.answer(200, {"path": received.path, "traceparent": received.headers["traceparent"]})


def _traceparent(number: int) -> str:
    return f"00-{number + 1:032x}-{number + 1:016x}-01"
