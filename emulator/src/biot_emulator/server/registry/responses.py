"""Responses of the registry, and how they are sent: from memory, or piece by piece from a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from starlette.types import Send

from biot_emulator.api.errors import ApiError
from biot_emulator.registry.errors import RegistryError, Unauthorized
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.wire_json import encode

__all__ = ["JSON", "Outgoing", "refusal", "send_response"]

JSON = "application/json"

_VERSION = {"docker-distribution-api-version": "registry/2.0"}
_CHALLENGE = {"www-authenticate": 'Basic realm="biot-emulator"'}
_PIECE = 256 * 1024

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A response.

    Attributes:
        status_code: The HTTP status.
        headers: By lower-case name.
        content: The body; with `file`, what is sent before it.
        file: A file that the body comes from, which is closed afterwards; None for none.
        size: How many bytes the body has.
    """

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    file: BinaryIO | None = None
    size: int | None = None

    @classmethod
    def json(cls, status_code: int, document: Any, headers: Mapping[str, str] | None = None) -> Outgoing:
        """Return a response with a JSON document."""
        return cls(status_code, {"content-type": JSON, **(headers or {})}, encode(document))


def refusal(error: RegistryError | ApiError) -> Outgoing:
    """Return the response for what goes wrong, as the distribution specification has it."""
    detail = error.detail if isinstance(error, RegistryError) else ""
    entry = {"code": error.code, "message": error.message, **({"detail": detail} if detail else {})}
    challenge = _CHALLENGE if isinstance(error, Unauthorized) else {}
    return Outgoing.json(error.status_code, {"errors": [entry]}, {**error.headers, **challenge})


async def send_response(response: Outgoing, method: str, body: RequestBody, send: Send, in_thread: InThread) -> None:
    """Send a response; where the request's body has not been read, end the connection with it.

    Args:
        response: The response.
        method: The method of the request: for HEAD, only the head is sent.
        body: The body of the request.
        send: Sends a message to the server.
        in_thread: Runs in a thread what may wait for a disk.
    """
    try:
        await _send(response, method, body, send, in_thread)
    finally:
        if response.file is not None:
            response.file.close()


async def _send(response: Outgoing, method: str, body: RequestBody, send: Send, in_thread: InThread) -> None:
    is_unread = not body.is_complete
    size = len(response.content) if response.size is None else response.size
    headers = {**_VERSION, **response.headers}
    if response.status_code != 204:
        headers["content-length"] = str(size)
    if is_unread:
        headers["connection"] = "close"
    pairs = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": pairs})
    if method != "HEAD":
        async for piece in _pieces(response, size, in_thread):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    if is_unread:
        await body.discard()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pieces(response: Outgoing, size: int, in_thread: InThread) -> AsyncIterator[bytes]:
    if response.file is None:
        yield response.content
        return
    file, remaining = response.file, size
    while remaining:
        piece: bytes = await in_thread(partial(file.read, min(_PIECE, remaining)))
        if not piece:
            return  # the file has become shorter: so is the response, which its caller notices
        remaining -= len(piece)
        yield piece
