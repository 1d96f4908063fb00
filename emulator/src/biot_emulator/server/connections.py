"""The server's side of a connection: how many there may be, and how long a caller may keep one waiting."""

from __future__ import annotations

import resource
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from biot_emulator.api.errors import ApiError, Overloaded, TooSlow
from biot_emulator.server.plain.connection import PlainConnection

if TYPE_CHECKING:
    import asyncio

__all__ = ["BoundedConnection", "max_connections"]

_MAX_CONNECTIONS = 768
#: How long the first line and the headers of a request may take.
_HEAD_SECONDS = 10.0
#: How long a caller may take no bytes of its response, and how many bytes are worth another second.
_TAKE_SECONDS = 30.0
_BYTES_PER_SECOND = 256 * 1024


def max_connections() -> int:
    """Return how many connections there may be: some open files are left for plugins."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(_MAX_CONNECTIONS, soft * 3 // 4)


class BoundedConnection(PlainConnection, ABC):
    """A connection that ends when its caller neither sends a request nor takes a response in time."""

    _since = 0.0
    _head_timer: asyncio.TimerHandle | None = None
    _take_timer: asyncio.TimerHandle | None = None

    @abstractmethod
    def refuse(self, error: ApiError) -> None:
        """Respond with an error, and close the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection, in place of the one that has waited longest where there are too many."""
        super().connection_made(transport)
        # So that it counts as waiting for its caller from the first byte that the caller does not take.
        transport.set_write_buffer_limits(high=0)
        self._since = self.loop.time()
        self._await_head()
        if len(self.connections) > max_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection."""
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what the caller sends."""
        super().data_received(data)
        if not self._is_between_requests:
            self._head_timer = _cancel(self._head_timer)
        elif self._head_timer is None:
            self._await_head()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Give the caller some time to take what has been sent."""
        super().pause_writing()
        seconds = _TAKE_SECONDS + self.transport.get_write_buffer_size() / _BYTES_PER_SECOND
        self._take_timer = self._later(seconds, self.transport.abort, self._take_timer)

    def resume_writing(self) -> None:
        """Go on: the caller has taken everything."""
        self._take_timer = _cancel(self._take_timer)
        super().resume_writing()

    @property
    def _is_between_requests(self) -> bool:
        return self._current is None or self._current.response_complete

    @property
    def _waits_for_caller(self) -> bool:
        """Whether no complete request has arrived."""
        is_idle = self._stay is not None and self._stay.idle_since is not None
        return is_idle or self._current is None or self._current.response_complete or self._current.more_body

    @property
    def _waits_since(self) -> float:
        idle_since = self._stay and self._stay.idle_since
        return idle_since or self._since

    def _await_head(self) -> None:
        self._head_timer = self._later(_HEAD_SECONDS, self._give_up, self._head_timer)

    def _give_up(self) -> None:
        self._head_timer = None
        if self.transport.is_closing() or not self._is_between_requests:
            return
        if self.conn.trailing_data[0]:
            self.refuse(TooSlow("The head of the request does not arrive: send it faster"))
        else:
            self.transport.close()

    def _make_room(self) -> None:
        others = (other for other in self.connections if isinstance(other, BoundedConnection) and other is not self)
        waiting = [other for other in others if other._waits_for_caller and not other.transport.is_closing()]
        if waiting:
            min(waiting, key=lambda other: other._waits_since).transport.abort()
        else:
            self.refuse(Overloaded("The platform has too many connections: try again later"))

    def _later(
        self, seconds: float, do: Callable[[], Any], previous: asyncio.TimerHandle | None
    ) -> asyncio.TimerHandle:
        _cancel(previous)
        return self.loop.call_later(seconds, do)

    def _stop_timers(self) -> None:
        self._head_timer, self._take_timer = _cancel(self._head_timer), _cancel(self._take_timer)


def _cancel(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Cancel a timer; return the one that is running now: none."""
    if timer is not None:
        timer.cancel()
    return None
