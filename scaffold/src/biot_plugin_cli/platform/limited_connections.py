"""Connections whose requests and responses have limits of time and size.

The timeouts of a socket apply to each read and write, so a server that sends or takes a byte now and then could hold a
command for ever; and one that never stops could fill the memory.
"""

from __future__ import annotations

import io
import socket
import time
from http.client import HTTPResponse
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

__all__ = ["MAX_BYTES", "POOLS", "TooLarge"]

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


class _TimeLimit:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        return left


class _LimitedConnection(HTTPConnection):
    """A connection with one time limit for all of a request, and one for all of its response."""

    _sending: _TimeLimit | None = None
    _response: HTTPResponse | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._sending = _TimeLimit(_SENDING_SECONDS)
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        for start in range(0, len(data), _PIECE):
            # The first piece may have to connect, which has a timeout of its own.
            if self.sock is not None and self._sending is not None:
                self.sock.settimeout(self._sending.left())
            super().send(data[start : start + _PIECE])

    def response_class(self, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:  # type: ignore[override]
        limited: Any = _LimitedSocket(sock, _TimeLimit(_RESPONSE_SECONDS))
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


class _Pool(HTTPConnectionPool):
    ConnectionCls = _LimitedConnection  # pyright: ignore[reportAssignmentType]


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _LimitedTlsConnection  # pyright: ignore[reportAssignmentType]


POOLS = {"http": _Pool, "https": _TlsPool}
"""The classes of connection pools for a pool manager."""


class _LimitedSocket:
    """The part of a socket that `HTTPResponse` uses."""

    def __init__(self, sock: socket.socket, limit: _TimeLimit) -> None:
        self._sock = sock
        self._limit = limit

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_LimitedReader(self._sock, self._limit))


class _LimitedReader(io.RawIOBase):
    """The bytes that a socket receives before the time is up, as long as there are not too many."""

    def __init__(self, sock: socket.socket, limit: _TimeLimit) -> None:
        self._sock = sock
        self._limit = limit
        self._left = MAX_BYTES + _HEADER_BYTES
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._limit.left())
        count = self._file.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise TooLarge
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
