"""Responses that are read within a time limit.

The timeout of a socket applies to each read, so a server that sends a byte now and then could hold a call for ever.
Here each read gets what is left of the call's time.
"""

from __future__ import annotations

import io
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

    from biot_plugin.http.time_limit import TimeLimit


def timed_response(time: TimeLimit, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:
    """Return the response on a socket; reading it raises TimeoutError when the time is up."""
    return HTTPResponse(_TimedSocket(sock, time), *args, **kwargs)  # type: ignore[arg-type]


class _TimedSocket:
    """The part of a socket that `HTTPResponse` uses."""

    def __init__(self, sock: socket.socket, time: TimeLimit) -> None:
        self._sock = sock
        self._time = time

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, self._time))


class _TimedReader(io.RawIOBase):
    """The bytes that a socket receives before the time is up."""

    def __init__(self, sock: socket.socket, time: TimeLimit) -> None:
        self._sock = sock
        self._time = time
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._time.left())
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()
