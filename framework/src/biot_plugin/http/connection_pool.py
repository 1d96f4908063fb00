"""The connections to the platform, kept open from one call to the next."""

from __future__ import annotations

import select
import threading
import time as clock
from http.client import HTTPConnection
from typing import NamedTuple

from biot_plugin.http.exchange import Answer, Request, connect, exchange
from biot_plugin.http.paced_connection import Origin
from biot_plugin.http.time_limit import TimeLimit


class _Idle(NamedTuple):
    connection: HTTPConnection
    since: float


class Connections:
    """Sends requests over connections that are kept for the next one. Safe for several threads."""

    #: Seconds that a connection may have been idle. By the time of day: Lambda freezes a container, and with it other
    #: clocks, while load balancers close what is idle for about a minute.
    IDLE_SECONDS = 25.0
    #: How many are kept for the next calls.
    MOST_IDLE = 8

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Origin, list[_Idle]] = {}

    def send(self, request: Request, time: TimeLimit) -> Answer:
        """Sends a request, and gives the answer.

        Raises:
            PlatformUnreachable: There is no connection, or the whole answer did not come.
            PlatformTimeout: It did not come in time.
        """
        connection = self._reused(request) or connect(request, time)
        answer, reusable = exchange(connection, request, time)
        if reusable:
            self._keep(request, connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Closes what is idle."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for kept in (kept for of_origin in idle.values() for kept in of_origin):
            kept.connection.close()

    def _reused(self, request: Request) -> HTTPConnection | None:
        while (kept := self._taken(request)) is not None:
            if clock.time() - kept.since < self.IDLE_SECONDS and _is_silent(kept.connection):
                return kept.connection
            kept.connection.close()
        return None

    def _taken(self, request: Request) -> _Idle | None:
        with self._lock:
            idle = self._idle.get(Origin.of(request.url))
            return idle.pop() if idle else None

    def _keep(self, request: Request, connection: HTTPConnection) -> None:
        with self._lock:
            idle = self._idle.setdefault(Origin.of(request.url), [])
            if len(idle) < self.MOST_IDLE:
                idle.append(_Idle(connection, clock.time()))
                return
        connection.close()


def _is_silent(connection: HTTPConnection) -> bool:
    """Whether nothing came since the last answer; the only thing that could is the other side's good-bye."""
    poller = select.poll()
    poller.register(connection.sock, select.POLLIN)
    return not poller.poll(0)
