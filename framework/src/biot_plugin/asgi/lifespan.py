"""The start and the end of the server (ASGI's lifespan protocol)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from biot_plugin.asgi.interface import Receive, Send


async def run_lifespan(
    receive: Receive, send: Send, start: Callable[[], object], end: Callable[[], Awaitable[object]]
) -> None:
    """Start and end as the server says; the server ends the process when `end` is done."""
    while (await receive())["type"] == "lifespan.startup":
        start()
        await send({"type": "lifespan.startup.complete"})
    await end()
    await send({"type": "lifespan.shutdown.complete"})
