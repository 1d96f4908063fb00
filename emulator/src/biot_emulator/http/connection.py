"""The server's end of a connection: whole requests as they come in, and the responses to them."""

from __future__ import annotations

import re
import select
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from http import HTTPStatus

from biot_emulator.http.request import Request
from biot_emulator.http.request_heads import MalformedHead, RequestHead, take_head
from biot_emulator.http.response import Response
from biot_emulator.wire_json import encode

__all__ = ["Address", "Admission", "Connection", "ConnectionEnded"]

Address = tuple[str, int]
"""Host and port."""
Admission = Callable[[Address, Address], bool]
"""Whether a connection, from one address to another, may send requests."""

#: What most requests are shorter than, as each time, room for more would be asked of the system; and of the others.
_FIRST_BYTES, _CHUNK_BYTES = 8192, 65_536
#: As many as a call reads, however fast the other side sends.
_CHUNKS = 64
_LENGTH = re.compile(r"[0-9]{1,15}")
_METHODS = frozenset({"DELETE", "GET", "PATCH", "POST", "PUT"})
_FORBIDDEN = Response(
    403,
    {"content-type": "application/json"},
    encode({"errorType": "Forbidden", "errorMessage": "this is another process's"}),
)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class ConnectionEnded(ConnectionError):
    """No other request comes: one side has ended the connection, or has sent what is no request."""


class _Refused(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Connection:
    """One connection; a request is to be responded to before the next one. Not thread-safe, except for `shut`.

    Args:
        end: The server's end.
        max_body: Maximum size in bytes of a body that is passed on.
        admits: Called once; None admits every connection. The others are refused with 403.
    """

    def __init__(self, end: socket.socket, max_body: int, admits: Admission | None) -> None:
        # Nagle's algorithm would delay what is sent in two parts by 40 ms.
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = end
        self._max_body = max_body
        self._admits = admits
        self._received = bytearray()
        self._unsent: deque[memoryview] = deque()
        self._head: RequestHead | None = None
        self._size = self._missing = 0
        self._is_last = False

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._socket.fileno()

    @property
    def awaited(self) -> int:
        """What to wait for, in the terms of `select.poll`: room for the rest of a response, or a request."""
        return select.POLLOUT if self._unsent else select.POLLIN

    def wait(self) -> Request:
        """Wait for the next request.

        Raises:
            OSError: There is none.
        """
        while (request := self._next(0)) is None:
            pass
        return request

    def poll(self) -> Request | None:
        """Return the next request if all of it has come; None if the last response has not gone yet, either.

        Raises:
            OSError: There is none.
        """
        try:
            return self._next(socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None

    def respond(self, response: Response) -> None:
        """Send a response as far as that is possible at once; the rest goes with the next `wait` or `poll`.

        Raises:
            OSError: The other side has ended the connection.
        """
        self._send(_encoded(response))

    def shut(self) -> None:
        """End both directions, from any thread: whoever waits for a request gets none."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()

    def _next(self, flags: int) -> Request | None:
        self._flush(flags)
        if self._is_last:
            raise ConnectionEnded("either side wants no other request")
        try:
            for _ in range(_CHUNKS):
                if self._received and (request := self._take()) is not None:
                    return request
                self._receive(flags)
        except MalformedHead as malformed:
            self.respond(Response(400))
            raise ConnectionEnded(str(malformed)) from malformed
        except _Refused as refused:
            self.respond(refused.response)
            raise ConnectionEnded("the request was refused") from refused
        return None

    def _take(self) -> Request | None:
        """Return a request of which all has come."""
        if self._head is None and (head := take_head(self._received)) is not None:
            self._begin(head)
        if self._head is None or (body := self._take_body()) is None:
            return None
        head, self._head = self._head, None
        self._is_last = not head.stays_open
        path, _, query = head.target.partition("?")
        return Request(head.method, path, head.headers, body, self._size, query)

    def _begin(self, head: RequestHead) -> None:
        if head.method not in _METHODS:
            raise _Refused(Response(501))
        if not self._is_admitted():
            raise _Refused(_FORBIDDEN)
        length = head.headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or "transfer-encoding" in head.headers:
            raise _Refused(Response(411))
        self._head, self._size, self._missing = head, int(length), int(length)
        if head.headers.get("expect", "").lower() == "100-continue":
            self._send(_CONTINUE)

    def _is_admitted(self) -> bool:
        if self._admits is not None:
            if not self._admits(self._socket.getpeername()[:2], self._socket.getsockname()[:2]):
                return False
            self._admits = None
        return True

    def _take_body(self) -> bytes | None:
        """Return a body of which all has come; nothing is stored of one that is too large."""
        if self._size > self._max_body:
            dropped = min(self._missing, len(self._received))
            del self._received[:dropped]
            self._missing -= dropped
            return None if self._missing else b""
        if self._size > len(self._received):
            return None
        body = bytes(self._received[: self._size])
        del self._received[: self._size]
        return body

    def _receive(self, flags: int) -> None:
        is_first = self._head is None and not self._received
        chunk = self._socket.recv(_FIRST_BYTES if is_first else _CHUNK_BYTES, flags)
        if not chunk:
            if self._received and self._head is None:
                raise MalformedHead("the connection ends in the middle of it")
            raise ConnectionEnded("the other side has ended it")
        self._received += chunk

    def _send(self, content: bytes) -> None:
        self._unsent.append(memoryview(content))
        with suppress(BlockingIOError):
            self._flush(socket.MSG_DONTWAIT)

    def _flush(self, flags: int) -> None:
        """Send what has not been sent; raise `BlockingIOError` if there is no room for it."""
        while self._unsent:
            part = self._unsent[0]
            sent = self._socket.send(part, flags)
            if sent < len(part):
                self._unsent[0] = part[sent:]
                continue
            self._unsent.popleft()
            if self._is_last and not self._unsent:
                self._socket.shutdown(socket.SHUT_WR)


def _encoded(response: Response) -> bytes:
    headers = {**response.headers, "content-length": str(len(response.content))}
    lines = [_status_line(response.status_code), *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + response.content


@cache
def _status_line(status_code: int) -> str:
    try:
        phrase = HTTPStatus(status_code).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status_code} {phrase}"
