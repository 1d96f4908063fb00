"""A plain request, and the response to it: written at once where it is plain too, and by h11 where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import RequestResponseCycle

from biot_emulator.server.plain.heads import write_head

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent, HTTPResponseBodyEvent, HTTPResponseStartEvent

__all__ = ["PlainExchange"]

#: What h11 takes for the request, which it has not read: a response depends on no more of it.
_STAND_IN = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


class PlainExchange(RequestResponseCycle):
    """A plain request, and the response to it."""

    _start: HTTPResponseStartEvent | None = None

    async def send(self, message: ASGISendEvent) -> None:
        """Send the start or a part of the response; the start of one with a length is sent together with its body."""
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            # Where the application has failed since, it takes the place of the one before.
            self._start = message
            if not _has_length(message):
                await self._send_by_h11(message)
        elif message["type"] == "http.response.body" and self._start and not self.response_started:
            await self._send_body(self._start, message)
        else:
            await super().send(message)

    @property
    def may_go_on(self) -> bool:
        """Whether the connection is there, and stays for other requests."""
        return self.keep_alive and not self.disconnected

    def end(self, unsent: bytes) -> None:
        """Take the response as sent, but for the rest of it."""
        if not self.disconnected:
            self._write(unsent)

    async def _send_body(self, start: HTTPResponseStartEvent, message: HTTPResponseBodyEvent) -> None:
        whole = None if message.get("more_body") else self._whole(start, message["body"])
        if whole is None:
            await self._send_by_h11(start)
            await super().send(message)
            return
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if not self.disconnected:
            self._write(whole)

    def _whole(self, start: HTTPResponseStartEvent, body: bytes) -> bytes | None:
        """Return the whole response as it is sent; None where it is not plain."""
        headers = [*self.default_headers, *start.get("headers", ())]
        head = write_head(start["status"], headers, len(body))
        return None if head is None else head + body

    def _write(self, whole: bytes) -> None:
        self.response_started = self.response_complete = True
        self.message_event.set()
        if whole:
            self.transport.write(whole)
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    async def _send_by_h11(self, start: HTTPResponseStartEvent) -> None:
        self.conn.receive_data(_STAND_IN)
        for _ in ("the request", "its end"):
            self.conn.next_event()
        await super().send(start)


def _has_length(start: HTTPResponseStartEvent) -> bool:
    return any(name == b"content-length" for name, _ in start.get("headers", ()))
