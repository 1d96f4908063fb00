"""Receives the bodies of requests, within limits of size and time."""

from __future__ import annotations

import asyncio  # noqa: TID253

from biot_plugin.asgi.interface import Receive
from biot_plugin.asgi.refusals import BodyTooSlow, Overloaded, PayloadTooLarge

#: Bodies of the greatest size whose bytes may be held while they arrive.
_MAX_BODIES_AT_ONCE = 16


class Disconnected(Exception):
    """The caller has hung up."""


class BodyReader:
    """Receives the body of one request after another, or of several at once.

    Args:
        max_bytes: The most bytes that a body may have.
        seconds: How long a body may take to arrive.
    """

    def __init__(self, max_bytes: int, seconds: float) -> None:
        self._max_bytes = max_bytes
        self._max_arriving = max_bytes * _MAX_BODIES_AT_ONCE
        self._seconds = seconds
        self._arriving = 0

    async def read(self, receive: Receive, declared: int | None) -> bytes:
        """Receive a body.

        Args:
            receive: Receives the next part.
            declared: The size in the request's headers, if any.

        Raises:
            PayloadTooLarge: It is too large, or is said to be.
            BodyTooSlow: It did not arrive in time.
            Overloaded: The bodies that arrive at the moment are too large together.
            Disconnected: The caller has hung up.
        """
        if declared is not None and declared > self._max_bytes:
            raise PayloadTooLarge(self._max_bytes)
        try:
            return await asyncio.wait_for(self._receive(receive), self._seconds)
        except asyncio.TimeoutError:
            raise BodyTooSlow from None

    async def _receive(self, receive: Receive) -> bytes:
        parts, size = [], 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                part = message.get("body", b"")
                size += len(part)
                self._arriving += len(part)
                if size > self._max_bytes:
                    raise PayloadTooLarge(self._max_bytes)
                if self._arriving > self._max_arriving:
                    raise Overloaded
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
        finally:
            self._arriving -= size
