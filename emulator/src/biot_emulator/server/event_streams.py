"""Sends bodies that have no end, as long as somebody reads them."""

from __future__ import annotations

import anyio
from starlette.requests import Request
from starlette.types import Send

from biot_emulator.api.response import EventStream

__all__ = ["send_events"]

Headers = list[tuple[bytes, bytes]]

_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    # Nothing on the way may collect it.
    (b"x-accel-buffering", b"no"),
]


async def send_events(stream: EventStream, request: Request, send: Send, headers: Headers = _HEADERS) -> None:
    """Send a stream until it ends, or nobody reads it any more.

    Args:
        stream: The stream.
        request: The request that it is the response to.
        send: Sends a message of ASGI.
        headers: The headers of the response.
    """
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_send_all, stream, send, headers, tasks.cancel_scope)
            while (await request.receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()
    finally:
        stream.close()


async def _send_all(stream: EventStream, send: Send, headers: Headers, scope: anyio.CancelScope) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for part in stream:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    scope.cancel()
