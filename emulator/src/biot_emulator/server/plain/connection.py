"""A connection whose plain requests are read at once, and all others by h11."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

import h11
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from biot_emulator.server.plain.exchanges import PlainExchange
from biot_emulator.server.plain.heads import PlainHead, read_head
from biot_emulator.server.plain.stays import Stay

if TYPE_CHECKING:
    from starlette.types import Scope
    from uvicorn._types import ASGI3Application, HTTPScope

__all__ = ["PlainConnection", "staying"]

#: The name in the state of a scope.
_STAYING = "staying"


def staying(scope: Scope) -> AbstractContextManager[Stay | None]:
    """Leave the connection of a request to a thread inside, if nothing but its next plain requests is to be seen to.

    Args:
        scope: The request's.
    """
    stay: Callable[[], AbstractContextManager[Stay | None]] = scope["state"].get(_STAYING, nullcontext)
    return stay()


class PlainConnection(H11Protocol):
    """Reads plain requests itself, which takes h11 several times as long, and leaves all others to h11."""

    #: How many bytes of a plain request's body are still to come.
    _missing = 0
    #: What has come since, before there was a response.
    _early = b""
    #: Of the thread that has the connection.
    _stay: Stay | None = None

    def data_received(self, data: bytes) -> None:
        """Read what the caller sends."""
        if self._missing:
            self._unset_keepalive_if_required()
            data = self._read_body(data)
        if data:
            self._read_next(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection, whoever has it."""
        if self._stay:
            self._stay.end()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Go on with what has come since."""
        super().on_response_complete()
        early, self._early = self._early, b""
        if early and not self.transport.is_closing():
            self.data_received(early)

    def shutdown(self) -> None:
        """End as soon as there is a response."""
        super().shutdown()
        if self._stay:
            self._stay.hurry()

    @property
    def _current(self) -> RequestResponseCycle | None:
        # mypy holds that there is always one.
        return cast("RequestResponseCycle | None", self.cycle)

    @property
    def _is_idle(self) -> bool:
        """Whether h11 has nothing that it goes on with."""
        return self.conn.their_state is self.conn.our_state is h11.IDLE and not self.conn.trailing_data[0]

    @property
    def _can_be_left(self) -> bool:
        """Whether there is nothing for the loop to read or write."""
        has_more = self._missing or self._early or self.transport.get_write_buffer_size()
        return not has_more and self.scheme == "http" and not self.transport.is_closing()

    def _read_next(self, data: bytes) -> None:
        current = self._current
        if isinstance(current, PlainExchange) and not current.response_complete:
            self._early += data
            self.flow.pause_reading()
        elif self._is_idle and (plain := read_head(data)):
            self._begin(*plain)
        else:
            super().data_received(data)

    def _begin(self, head: PlainHead, rest: bytes) -> None:
        import asyncio

        self._unset_keepalive_if_required()
        self.scope, self.headers = self._scope(head), head.headers
        self.cycle = exchange = PlainExchange(
            scope=self.scope,
            conn=self.conn,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            on_response=self.on_response_complete,
        )
        task = self.loop.create_task(exchange.run_asgi(cast("ASGI3Application", self.app)))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
        self._missing = head.length
        if next := self._read_body(rest):
            self._read_next(next)

    def _scope(self, head: PlainHead) -> HTTPScope:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "method": head.method,
            "root_path": "",
            "path": unquote(head.path.decode("ascii")),
            "raw_path": head.path,
            "query_string": head.query,
            "headers": head.headers,
            "state": {**self.app_state, _STAYING: self._staying},
        }

    def _read_body(self, data: bytes) -> bytes:
        """Take from data what is of the body; return the rest."""
        part, rest = data[: self._missing], data[self._missing :]
        self._missing -= len(part)
        exchange = self.cycle
        if not exchange.response_complete:
            exchange.body += part
            exchange.more_body = self._missing > 0
            if len(exchange.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            exchange.message_event.set()
        return rest

    @contextmanager
    def _staying(self) -> Iterator[Stay | None]:
        exchange = self.cycle
        if not isinstance(exchange, PlainExchange) or not self._can_be_left:
            yield None
            return
        self.flow.pause_reading()
        connection = self.transport.get_extra_info("socket")
        self._stay = stay = Stay(connection, lambda: self.server_state.default_headers, lambda: exchange.may_go_on)
        try:
            yield stay
        finally:
            self._stay = None
            stay.leave()
            self._early = stay.unread
        if stay.unsent is not None:
            exchange.end(stay.unsent)
