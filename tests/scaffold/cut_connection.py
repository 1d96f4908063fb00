"""A connection to AWS or the platform that breaks for good after some requests: a real proxy that speaks HTTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.scaffold.listener import Listener, read_head


class CutConnection(Listener):
    """Passes requests on, until the connection is cut: the last request arrives, and its response may not.

    Attributes:
        url: Where it is.
        passed: The first lines of the requests that were passed on.
        bodies: The same, and their bodies.
        limit: How many requests arrive; None for all of them.
        answers_last: Whether the last one that arrives is answered still.
        refusals: Responses to give to requests with this in them, without passing them on.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self.passed: list[str] = []
        self.bodies: list[tuple[str, bytes]] = []
        self.limit: int | None = None
        self.answers_last = False
        self.refusals: dict[str, bytes] = {}
        super().__init__()
        self.url = f"http://{self.address}"

    def serve(self, caller: socket.socket) -> None:
        head, start = read_head(caller)
        lines = head.lower().split(b"\r\n")
        lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        if any(line.startswith(b"expect:") for line in lines):
            caller.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = start
        while len(body) < sum(lengths):
            body += caller.recv(65536)
        refusal = self._refusal(head.decode("latin-1"), body)
        if refusal:
            caller.sendall(refusal)
            return
        if self.limit is not None and len(self.passed) >= self.limit:
            return
        self.passed.append(head.split(b"\r\n")[0].decode())
        self.bodies.append((self.passed[-1], body))
        answer = self._ask(head, body)
        if self.answers_last or self.limit is None or len(self.passed) < self.limit:
            caller.sendall(answer)

    def _refusal(self, head: str, body: bytes) -> bytes | None:
        request = head + body.decode("latin-1")
        return next((answer for part, answer in self.refusals.items() if part in request), None)

    def _ask(self, head: bytes, body: bytes) -> bytes:
        lines = [
            line for line in head.rstrip().split(b"\r\n") if not line.lower().startswith((b"connection", b"expect"))
        ]
        with socket.create_connection((self._upstream.hostname or "", self._upstream.port or 80)) as upstream:
            upstream.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            answer = b""
            while chunk := upstream.recv(65536):
                answer += chunk
        return answer


@contextmanager
def cut_connection(upstream: str) -> Iterator[CutConnection]:
    """Serve a proxy before a server."""
    proxy = CutConnection(upstream)
    try:
        yield proxy
    finally:
        proxy.close()
