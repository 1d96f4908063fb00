"""Calls an ASGI application in this process, as a server would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from biot_plugin import AsgiApplication

R = TypeVar("R")
Part = Mapping[str, Any]
HANG_UP: Part = {"type": "http.disconnect"}


@dataclass
class Received:
    """What a server got from the application."""

    messages: list[Part] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def content(self) -> bytes:
        return b"".join(message["body"] for message in self.messages[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str | None:
        return self.json["code"] if self.status >= 400 else None


def http_scope(
    method: str = "POST",
    path: str = "/",
    headers: list[tuple[str, str]] | Mapping[str, str] | None = None,
    query: str = "",
    **more: Any,
) -> dict[str, Any]:
    pairs = headers if isinstance(headers, list) else [*(headers or {}).items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
        "client": ("203.0.113.7", 5000),
        "server": ("127.0.0.1", 80),
        **more,
    }


def parts(content: bytes, size: int | None = None) -> list[Part]:
    """A body in parts of this size."""
    size = size or max(len(content), 1)
    pieces = [content[start : start + size] for start in range(0, len(content), size)] or [b""]
    return [
        {"type": "http.request", "body": piece, "more_body": index + 1 < len(pieces)}
        for index, piece in enumerate(pieces)
    ]


class Caller:
    """A server with one application, whose loop runs while it is called."""

    def __init__(self, application: AsgiApplication) -> None:
        self.application = application
        self._loop = asyncio.new_event_loop()

    def run(self, coroutine: Coroutine[Any, Any, R]) -> R:
        return self._loop.run_until_complete(coroutine)

    def call(self, scope: Part, body: Iterable[Part] | None = None) -> Received:
        return self.run(self.serve(scope, parts(b"") if body is None else body))

    def post(self, path: str = "/", headers: Mapping[str, str] | None = None, content: bytes = b"{}") -> Received:
        return self.call(http_scope("POST", path, headers or {}), parts(content))

    def get(self, path: str = "/", headers: Mapping[str, str] | None = None, **scope: Any) -> Received:
        return self.call(http_scope("GET", path, headers or {}, **scope))

    async def serve(
        self, scope: Part, body: Iterable[Part], *, then: Callable[[], Coroutine[Any, Any, Part]] | None = None
    ) -> Received:
        """Send a body, then what `then` gives, which is nothing by default."""
        received, pending = Received(), iter(body)

        async def receive() -> Part:
            for part in pending:
                return part
            return await (then or _nothing)()

        async def send(message: Part) -> None:
            received.messages.append(message)

        await self.application(scope, receive, send)
        return received

    def close(self) -> None:
        """End the server, which ends its threads."""
        self.run(self.application({"type": "lifespan"}, _shutdown, _ignore))
        self._loop.close()


async def _shutdown() -> Part:
    return {"type": "lifespan.shutdown"}


async def _ignore(message: Part) -> None: ...


async def _nothing() -> Part:
    await asyncio.Event().wait()
    raise AssertionError
