"""The connections to the platform, kept open from one call to the next."""

from __future__ import annotations

import select
import threading
import time as clock
from http.client import HTTPConnection
from typing import NamedTuple

from biot_plugin.http.exchange import connect, exchange
from biot_plugin.http.messages import Request, Response
from biot_plugin.http.origin import Origin
from biot_plugin.http.time_limit import TimeLimit


class _IdleConnection(NamedTuple):
    connection: HTTPConnection
    since: float


class ConnectionPool:
    """Sends requests over connections that are reused. Safe for several threads."""

    #: Seconds after which an idle connection is not reused. In wall-clock time, because other clocks stop while Lambda
    #: freezes the container; load balancers close idle connections after about a minute.
    IDLE_SECONDS = 25.0
    #: Idle connections to keep for each origin: as many as a server may have threads that call at once.
    MAX_IDLE = 64

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Origin, list[_IdleConnection]] = {}

    def send(self, request: Request, time: TimeLimit) -> Response:
        """Send a request, and return the response.

        Raises:
            PlatformUnreachable: The connection failed, or the response is missing or incomplete.
            PlatformTimeout: The response did not arrive in time.
            UnexpectedAnswer: The response is larger than the request allows.
        """
        connection = self._reuse(request) or connect(request, time)
        response, reusable = exchange(connection, request, time)
        if reusable:
            self._release(request, connection)
        else:
            connection.close()
        return response

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            pools, self._idle = self._idle, {}
        for idle in (idle for pool in pools.values() for idle in pool):
            idle.connection.close()

    def _reuse(self, request: Request) -> HTTPConnection | None:
        while (idle := self._pop(request)) is not None:
            if clock.time() - idle.since < self.IDLE_SECONDS and _is_silent(idle.connection):
                return idle.connection
            idle.connection.close()
        return None

    def _pop(self, request: Request) -> _IdleConnection | None:
        with self._lock:
            pool = self._idle.get(Origin.of(request.url))
            return pool.pop() if pool else None

    def _release(self, request: Request, connection: HTTPConnection) -> None:
        with self._lock:
            pool = self._idle.setdefault(Origin.of(request.url), [])
            if len(pool) < self.MAX_IDLE:
                pool.append(_IdleConnection(connection, clock.time()))
                return
        connection.close()


def _is_silent(connection: HTTPConnection) -> bool:
    """Whether nothing was received since the last response; anything received now means that the server closed it."""
    poller = select.poll()
    poller.register(connection.sock, select.POLLIN)
    return not poller.poll(0)
