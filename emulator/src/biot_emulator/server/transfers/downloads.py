"""Sends what a signed URL leads to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.types import Send

from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.server.transfers.byte_ranges import byte_range
from biot_emulator.server.transfers.uploads import InThread
from biot_emulator.services.files.content import FileContent, Outgoing
from biot_emulator.services.files.signed_urls import Grant

__all__ = ["send_file"]

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-")


async def send_file(
    grant: Grant, request: Request, body: RequestBody, files: FileContent, in_thread: InThread, send: Send
) -> None:
    """Respond with the file that a URL leads to, or with those bytes of it that are requested.

    Raises:
        ApiError: What `FileContent.open` and `byte_range` raise; nothing has been sent.
        ClientDisconnect: The caller is gone, or the content is.
    """
    outgoing: Outgoing = await in_thread(lambda: files.open(grant))
    try:
        part = _requested(request.headers, outgoing)
        start, end = part or (0, outgoing.file.size)
        headers = _headers(outgoing)
        if part:
            headers["content-range"] = f"bytes {start}-{end - 1}/{outgoing.file.size}"
        await _send_head(206 if part else 200, {**headers, "content-length": str(end - start)}, body, send)
        await _send_pieces(outgoing, start, end, request, body, in_thread, send)
    finally:
        outgoing.close()
    if not body.is_complete:
        await body.discard()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _requested(headers: Mapping[str, str], outgoing: Outgoing) -> tuple[int, int] | None:
    """Return the bytes that are requested; None for all, also where part of another content was expected."""
    if headers.get("if-range", outgoing.file.etag) != outgoing.file.etag:
        return None
    return byte_range(headers.get("range", ""), outgoing.file.size)


def _headers(outgoing: Outgoing) -> dict[str, str]:
    return {
        "content-type": outgoing.file.mimeType,
        "content-disposition": _disposition(outgoing.disposition, outgoing.file.name),
        "etag": outgoing.file.etag,
        "accept-ranges": "bytes",
        # A page that somebody has uploaded is shown, but neither runs anything nor is taken for something else.
        "content-security-policy": "sandbox",
        "x-content-type-options": "nosniff",
    }


def _disposition(kind: str, name: str) -> str:
    plain = "".join(character if character in _SAFE else "_" for character in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


async def _send_head(status_code: int, headers: Mapping[str, str], body: RequestBody, send: Send) -> None:
    pairs = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    if not body.is_complete:
        pairs.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status_code, "headers": pairs})


async def _send_pieces(
    outgoing: Outgoing, start: int, end: int, request: Request, body: RequestBody, in_thread: InThread, send: Send
) -> None:
    pieces = outgoing.pieces(start, end)
    try:
        while piece := await in_thread(partial(next, pieces, b"")):
            if body.is_complete and await request.is_disconnected():
                raise ClientDisconnect
            start += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    finally:
        await in_thread(pieces.close)
    if start < end:
        # What has been sent promised more: the end of the connection says that it does not come.
        raise ClientDisconnect
