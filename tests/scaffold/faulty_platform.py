"""A connection to the platform that fails in a chosen way: a real proxy that speaks TCP."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

__all__ = ["Fault", "FaultyPlatform", "faulty"]

Fault = Literal["cut before", "cut during", "cut after", "cut answer", "500", "504", "html 502"]

_ANSWERS = {
    "500": (b"500 X", b'{"code": "INTERNAL_SERVER_ERROR", "message": "x", "traceId": "abc"}'),
    "504": (b"504 X", b'{"code": "GATEWAY_TIMEOUT", "message": "x"}'),
    "html 502": (b"502 X", b"<html>bad gateway</html>"),
}


class FaultyPlatform:
    """Passes requests on to the platform, but for the first ones that change something.

    Attributes:
        url: Where it is.
        requests: The changing requests, as they came over the wire.
        fault: How the next changing request fails; None lets all through.
        reaches: Whether a request that is answered by this proxy reaches the platform too.
        times: How many of them fail.
    """

    def __init__(self, platform: str) -> None:
        self._platform = urlsplit(platform)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.fault: Fault | None = None
        self.reaches = True
        self.times = 1
        self.gone = False
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _start(self, do: object, *arguments: object) -> None:
        thread = threading.Thread(target=do, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if self.gone:
                return
            head, start = _head(connection)
            method, path = head.split(b" ")[:2]
            changes = method != b"GET" and path.startswith(b"/settings/")
            fault = self._next_fault() if changes else None
            if fault == "cut before":
                return
            if fault == "cut during":
                connection.recv(10)
                return
            request = head + start + _rest(connection, head, len(start))
            if changes:
                self.requests.append(request)
            if fault in _ANSWERS:
                if self.reaches:
                    self._ask(request)
                status, body = _ANSWERS[fault]
                length = str(len(body)).encode()
                connection.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: " + length + b"\r\n\r\n" + body)
                return
            answer = self._ask(request)
            if fault == "cut after":
                return
            connection.sendall(answer[: len(answer) // 2] if fault == "cut answer" else answer)

    def _next_fault(self) -> Fault | None:
        if self.fault is None or self.times == 0:
            return None
        self.times -= 1
        return self.fault

    def _ask(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        head = head.replace(b"keep-alive", b"close") + b"\r\nconnection: close"
        with socket.create_connection((self._platform.hostname or "", self._platform.port or 80)) as upstream:
            upstream.sendall(head + b"\r\n\r\n" + body)
            answer = b""
            while chunk := upstream.recv(65536):
                answer += chunk
        return answer


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError("the caller is gone")
        received += chunk
    head, _, start = received.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", start


def _rest(connection: socket.socket, head: bytes, have: int) -> bytes:
    lengths = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    wanted = int(lengths[0].partition(b":")[2]) if lengths else 0
    rest = b""
    while have + len(rest) < wanted:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError("the caller is gone")
        rest += chunk
    return rest


@contextmanager
def faulty(platform: str) -> Iterator[FaultyPlatform]:
    """Serve a proxy before a platform."""
    proxy = FaultyPlatform(platform)
    try:
        yield proxy
    finally:
        proxy.close()
