"""The body of a request: read only when it is asked for, within a size and a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from biot_emulator.api.errors import BodyTooLarge, TooSlow

__all__ = ["RequestBody"]

#: How long a body may take, and how many bytes earn it another second: whoever sends drop by drop earns none.
_SECONDS = 20.0
_BYTES_PER_SECOND = 256 * 1024
#: What is still read of a body that was refused, so that a caller who sends before it reads gets the refusal.
_MAX_DISCARDED = 64 * 1024 * 1024
_DISCARD_SECONDS = 5.0


class RequestBody:
    """The body of one request.

    Args:
        request: The request, of which nobody else reads.
    """

    def __init__(self, request: Request) -> None:
        self._receive = request.receive
        headers = request.headers
        self.declared_size = None if "transfer-encoding" in headers else int(headers.get("content-length", "0"))
        self._is_complete = self.declared_size == 0
        #: Whoever waits for the platform to say that it may send, and is refused, sends nothing.
        self._is_given_up = "expect" in headers

    @property
    def is_complete(self) -> bool:
        """Whether all of it has been read."""
        return self._is_complete

    async def read(self, most: int) -> bytes:
        """Read all of it.

        Args:
            most: Maximum size in bytes.

        Raises:
            BodyTooLarge: It has more bytes.
            TooSlow: It does not arrive.
            ClientDisconnect: The caller is gone.
        """
        return b"".join([chunk async for chunk in self.chunks(most)])

    async def chunks(self, most: int) -> AsyncGenerator[bytes, None]:
        """Yield it as it arrives. Raises what `read` raises."""
        if (self.declared_size or 0) > most:
            raise _too_large(most)
        self._is_given_up = False
        size, began = 0, anyio.current_time()
        while not self._is_complete:
            chunk = await self._next(began + _SECONDS + size / _BYTES_PER_SECOND)
            size += len(chunk)
            if size > most:
                raise _too_large(most)
            yield chunk

    async def discard(self) -> None:
        """Read on after the response, within limits of its own, and forget it."""
        if self._is_given_up:
            return
        size, deadline = 0, anyio.current_time() + _DISCARD_SECONDS
        try:
            while not self._is_complete and size <= _MAX_DISCARDED:
                size += len(await self._next(deadline))
        except (ClientDisconnect, TooSlow):
            return

    async def _next(self, deadline: float) -> bytes:
        message = await self._message(deadline)
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._is_complete = not message.get("more_body", False)
        return bytes(message.get("body", b""))

    async def _message(self, deadline: float) -> Message:
        with anyio.CancelScope(deadline=deadline):
            return await self._receive()
        # Whatever still comes of it comes too late to be waited for again.
        self._is_given_up = True
        raise TooSlow("The body of the request does not arrive: send it faster")


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body of the request is too large: this API accepts {most} bytes", maxBytes=most)
