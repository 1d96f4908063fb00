"""The interface between an ASGI server and an application (ASGI 3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
#: Any, because servers declare what they accept as types of their own.
Send = Callable[[Any], Awaitable[None]]


class AsgiApplication(Protocol):
    """What an ASGI server calls: uvicorn, hypercorn, or a framework that mounts applications."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection, or the start and the end of the server."""
        ...
