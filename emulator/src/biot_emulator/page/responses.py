"""A response of the page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from biot_emulator.api.response import EventStream

__all__ = ["Response", "download", "events", "html", "redirection"]

_HTML = "text/html; charset=utf-8"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Attributes:
        status_code: The HTTP status.
        content: The body.
        headers: Names, in lower case, and values.
        stream: What is sent as it comes, in place of the body; whoever sends it closes it. None for a body.
    """

    status_code: int = 200
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    stream: EventStream | None = None


def html(text: str, status_code: int = 200, *headers: tuple[str, str]) -> Response:
    """Return a page."""
    return Response(status_code, text.encode("utf-8", "replace"), (("content-type", _HTML), *headers))


def redirection(path: str, *headers: tuple[str, str]) -> Response:
    """Send the browser on to an address, which it reads; what no address can have in a header is encoded."""
    return Response(303, b"", (("location", quote(path, safe=_PRINTABLE)), *headers))


def download(name: str, content: bytes, content_type: str = "application/octet-stream") -> Response:
    """Return a file, which a browser stores and does not show."""
    plain = "".join(character if character in _SAFE else "_" for character in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    return Response(200, content, (("content-type", content_type), ("content-disposition", disposition)))


def events(stream: EventStream) -> Response:
    """Return server-sent events, as long as a browser listens."""
    return Response(200, b"", (("content-type", "text/event-stream; charset=utf-8"),), stream)
