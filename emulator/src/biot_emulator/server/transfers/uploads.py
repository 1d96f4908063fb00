"""Takes what is sent to a signed URL."""

from __future__ import annotations

import base64
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.services.files.content import FileContent
from biot_emulator.services.files.errors import IncompleteContent, LengthRequired
from biot_emulator.services.files.signed_urls import Grant

__all__ = ["InThread", "receive"]

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Runs in a thread what may wait for a disk."""

#: What is written at once. There are as many uploads at once as connections.
_PIECE_BYTES = 256 * 1024


async def receive(
    grant: Grant, request: Request, body: RequestBody, files: FileContent, in_thread: InThread
) -> Response:
    """Store the body of a request whose URL was checked, and respond with its ETag. Nothing is stored of a part of it.

    Raises:
        LengthRequired: The request does not say how long it is.
        IncompleteContent: The body is not what its digest says.
        ApiError: What `FileContent.receive` raises, and what reading the body raises.
        ClientDisconnect: The caller is gone.
    """
    size = body.declared_size
    if size is None:
        raise LengthRequired("Send the content with its length in the header [content-length], not in chunks")
    incoming = await in_thread(lambda: files.receive(grant, size))
    try:
        async for piece in _pieces(body, grant.length):
            await in_thread(partial(files.write, incoming, piece))
        _check_digest(request.headers.get("content-md5"), incoming.digest)
        etag: str = await in_thread(lambda: files.store(grant, incoming))
    finally:
        await in_thread(incoming.discard)
    return Response(status_code=200, headers={"etag": etag})


async def _pieces(body: RequestBody, most: int) -> AsyncIterator[bytes]:
    """Yield a body in pieces that are worth a write."""
    piece = bytearray()
    async for chunk in body.chunks(most):
        piece += chunk
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _check_digest(expected: str | None, digest: bytes) -> None:
    text = base64.b64encode(digest).decode()
    if expected is not None and not hmac.compare_digest(expected.strip().encode(errors="replace"), text.encode()):
        raise IncompleteContent("The content has another digest than the header [content-md5] says: send it again")
