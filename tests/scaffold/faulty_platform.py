"""A connection to the platform that fails in a chosen way: a real proxy that speaks TCP."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from tests.scaffold.listener import Listener, read_head

__all__ = ["Fault", "FaultyPlatform", "faulty"]

Fault = Literal["cut before", "cut during", "cut after", "cut answer", "500", "504", "html 502"]

_ANSWERS = {
    "500": (b"500 X", b'{"code": "INTERNAL_SERVER_ERROR", "message": "x", "traceId": "abc"}'),
    "504": (b"504 X", b'{"code": "GATEWAY_TIMEOUT", "message": "x"}'),
    "html 502": (b"502 X", b"<html>bad gateway</html>"),
}


class FaultyPlatform(Listener):
    """Passes requests on to the platform, but for the first ones that change something.

    Attributes:
        url: Where it is.
        requests: The changing requests, as they came over the wire.
        fault: How the next changing request fails; None lets all through.
        reaches: Whether a request that is answered by this proxy reaches the platform too.
        times: How many of them fail.
        gone: Whether nobody is answered any more.
        ask: Passes a request on, and gives the answer.
    """

    def __init__(self, platform: str) -> None:
        self._platform = urlsplit(platform)
        self.requests: list[bytes] = []
        self.fault: Fault | None = None
        self.reaches = True
        self.times = 1
        self.gone = False
        self.ask: Callable[[bytes], bytes] = self._passed_on
        super().__init__()
        self.url = f"http://{self.address}"

    def serve(self, caller: socket.socket) -> None:
        if self.gone:
            return
        # In small pieces, so that a request that is cut has more to come, however fast it was sent.
        head, start = read_head(caller, 64)
        method, path = head.split(b" ")[:2]
        changes = method != b"GET" and path.startswith(b"/settings/")
        fault = self._next_fault() if changes else None
        if fault == "cut before":
            return
        if fault == "cut during":
            caller.recv(10)
            return
        request = head + start + _rest(caller, head, len(start))
        if changes:
            self.requests.append(request)
        if fault in _ANSWERS:
            if self.reaches:
                self.ask(request)
            status, body = _ANSWERS[fault]
            length = str(len(body)).encode()
            caller.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: " + length + b"\r\n\r\n" + body)
            return
        answer = self.ask(request)
        if fault == "cut after":
            return
        caller.sendall(answer[: len(answer) // 2] if fault == "cut answer" else answer)

    def _next_fault(self) -> Fault | None:
        if self.fault is None or self.times == 0:
            return None
        self.times -= 1
        return self.fault

    def _passed_on(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        head = head.replace(b"keep-alive", b"close") + b"\r\nconnection: close"
        with socket.create_connection((self._platform.hostname or "", self._platform.port or 80)) as upstream:
            upstream.sendall(head + b"\r\n\r\n" + body)
            answer = b""
            while chunk := upstream.recv(65536):
                answer += chunk
        return answer


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
