"""Responses that are read within a time limit and a size limit.

The timeout of a socket applies to each read, so a server that sends a byte now and then could hold a call for ever.
Here each read gets what is left of the call's time. And a server that never stops, or announces more than there is
memory for, would end the whole function instead of one call.
"""

from __future__ import annotations

import io
from http.client import HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

    from biot_plugin.http.messages import Sink
    from biot_plugin.http.time_limit import TimeLimit

_CHUNK = 64 * 1024
#: Bytes that the status line and the headers may have in addition to the body.
_HEADERS = 1024 * 1024


class TooLarge(OSError):
    """The response is larger than its limit."""


def limited_response(time: TimeLimit, max_bytes: int, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:
    """Return the response on a socket; reading it raises TimeoutError when the time is up.

    Args:
        time: The time limit.
        max_bytes: The size limit, for the bytes that are received.
        sock: The socket.
        args: As for `HTTPResponse`.
        kwargs: As for `HTTPResponse`.
    """
    return HTTPResponse(_LimitedSocket(sock, time, max_bytes + _HEADERS), *args, **kwargs)  # type: ignore[arg-type]


def read_content(response: HTTPResponse, max_bytes: int) -> bytes:
    """Read the body of a response.

    Raises:
        TooLarge: It is larger than `max_bytes`, or says so; then nothing is read.
        OSError: It is incomplete.
    """
    if response.length is not None:
        if response.length > max_bytes:
            raise TooLarge("the announced length is above the limit")
        return response.read()
    # In pieces of our own size: a chunk may announce any length, and many short chunks are more objects than bytes.
    content, piece = bytearray(), bytearray(_CHUNK)
    while count := response.readinto(piece):
        content += memoryview(piece)[:count]
        if len(content) > max_bytes:
            raise TooLarge("the body is above the limit")
    return bytes(content)


def copy_content(response: HTTPResponse, sink: Sink) -> None:
    """Copy the body of a response.

    Raises:
        LocalFileFailed: It cannot be written.
        OSError: It cannot be read.
        IncompleteRead: It is incomplete.
    """
    sink.begin()
    piece = bytearray(_CHUNK)
    while count := response.readinto(piece):
        sink.write(memoryview(piece)[:count])
    # Reading into a buffer takes the end of the connection for the end of the body.
    if response.length:
        raise IncompleteRead(b"", response.length)


class _LimitedSocket:
    """The part of a socket that `HTTPResponse` uses."""

    def __init__(self, sock: socket.socket, time: TimeLimit, max_bytes: int) -> None:
        self._sock = sock
        self._time = time
        self._max_bytes = max_bytes

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_LimitedReader(self._sock, self._time, self._max_bytes))


class _LimitedReader(io.RawIOBase):
    """The bytes that a socket receives before the time is up, as long as there are not too many."""

    def __init__(self, sock: socket.socket, time: TimeLimit, max_bytes: int) -> None:
        self._sock = sock
        self._time = time
        self._left = max_bytes
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._time.left())
        count = self._file.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise TooLarge("the response is above the limit")
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
