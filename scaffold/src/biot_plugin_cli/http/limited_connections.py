"""Connections whose requests and responses have limits of time and size.

The timeouts of a socket apply to each read and write, so a server that sends or takes a byte now and then could hold a
command for ever; and one that never stops could fill the memory.
"""

from __future__ import annotations

import io
import socket
import time
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

__all__ = ["MAX_BYTES", "POOLS", "Limits", "TooLarge", "limited_pools"]

MAX_BYTES = 16 * 1024 * 1024
"""Bytes that a response may have."""

# A package of 50 MB over a slow line.
_SENDING_SECONDS = 900.0
# A gateway gives up much earlier.
_RESPONSE_SECONDS = 180.0
_HEADER_BYTES = 1024 * 1024
_PIECE = 64 * 1024


class TooLarge(OSError):
    """A response is larger than its limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a connection.

    Attributes:
        sending_seconds: How long a request may take.
        response_seconds: How long a response may take.
        max_bytes: How many bytes a response may have, apart from its headers.
        bytes_per_second: With how many bytes a request or response earns one more second; None if it earns none.
        idle_seconds: How long nothing may be sent or received; None for as long as there is time at all.
    """

    sending_seconds: float
    response_seconds: float
    max_bytes: int
    bytes_per_second: int | None = None
    idle_seconds: float | None = None


class _TimeLimit:
    def __init__(self, seconds: float, limits: Limits) -> None:
        self._end = time.monotonic() + seconds
        self._rate = limits.bytes_per_second
        self._idle = limits.idle_seconds

    def earn(self, count: int) -> None:
        if self._rate is not None:
            self._end += count / self._rate

    def left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        return left if self._idle is None else min(left, self._idle)


class _LimitedConnection(HTTPConnection):
    """A connection with one time limit for all of a request, and one for all of its response."""

    limits: Limits | None = None
    _sending: _TimeLimit | None = None
    _response: HTTPResponse | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        limits = self.limits or _platform_limits()
        self._sending = _TimeLimit(limits.sending_seconds, limits)
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        for start in range(0, len(data), _PIECE):
            # The first piece may have to connect, which has a timeout of its own.
            if self.sock is not None and self._sending is not None:
                self.sock.settimeout(self._sending.left())
            super().send(data[start : start + _PIECE])
            if self._sending is not None:
                self._sending.earn(_PIECE)

    def response_class(self, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:  # type: ignore[override]
        limited: Any = _LimitedSocket(sock, self.limits or _platform_limits())
        self._response = HTTPResponse(limited, *args, **kwargs)
        return self._response

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        try:
            return super().getresponse()
        except BaseException:
            # Where urllib3 itself refuses the headers, nobody else has it.
            if self._response is not None:
                self._response.close()
            raise


class _LimitedTlsConnection(_LimitedConnection, HTTPSConnection):  # pyright: ignore[reportIncompatibleVariableOverride]
    pass


def limited_pools(limits: Limits | None = None) -> dict[str, Any]:
    """Create the classes of connection pools for a pool manager.

    Args:
        limits: The limits of their connections; those of the platform if there are none.
    """

    class Plain(_LimitedConnection):
        pass

    class Tls(_LimitedTlsConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain  # pyright: ignore[reportAssignmentType]

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls  # pyright: ignore[reportAssignmentType]

    Plain.limits = Tls.limits = limits
    return {"http": PlainPool, "https": TlsPool}


POOLS = limited_pools()
"""The classes of connection pools for the platform."""


def _platform_limits() -> Limits:
    return Limits(_SENDING_SECONDS, _RESPONSE_SECONDS, MAX_BYTES)


class _LimitedSocket:
    """The part of a socket that `HTTPResponse` uses."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self._sock = sock
        self._limits = limits

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_LimitedReader(self._sock, self._limits))


class _LimitedReader(io.RawIOBase):
    """The bytes that a socket receives before the time is up, as long as there are not too many."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self._sock = sock
        self._limit = _TimeLimit(limits.response_seconds, limits)
        self._left = limits.max_bytes + _HEADER_BYTES
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._limit.left())
        count = self._file.readinto(buffer)
        self._left -= count or 0
        self._limit.earn(count or 0)
        if self._left < 0:
            raise TooLarge
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
