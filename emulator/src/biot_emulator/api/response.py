"""The response of an API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple, Protocol

from biot_emulator.wire_json import encode

__all__ = ["ApiResponse", "EventStream"]


class EventStream(Protocol):
    """A body that has no end: what happens from now on."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over its parts, in the event loop of the server."""
        ...

    def close(self) -> None:
        """Give up what it needs: nobody reads it any more."""
        ...


class ApiResponse(NamedTuple):
    """The response of an API.

    Attributes:
        status_code: The HTTP status.
        body: JSON; None for no body.
        headers: More headers, by lower-case name.
        content: A body that is not JSON, in place of `body`; its type is among the headers.
        afterwards: Called once the response has been sent.
        stream: A body that has no end, in place of both; it is closed with the connection.
    """

    status_code: int
    body: Any = None
    headers: Mapping[str, str] = {}
    content: bytes | None = None
    afterwards: Callable[[], None] | None = None
    stream: EventStream | None = None

    @property
    def bytes(self) -> bytes:
        """The body as it is sent; empty where there is none, or it has no end.

        Raises:
            ValueError: It cannot be written as JSON.
        """
        if self.content is not None:
            return self.content
        return b"" if self.body is None else encode(self.body)
