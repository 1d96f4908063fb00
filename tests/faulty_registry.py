"""Registries that fail in chosen ways: a server whose responses a test writes, and a proxy before a real registry."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.scaffold.listener import Listener, read_head

__all__ = ["Fault", "FaultyRegistry", "Request", "ScriptedServer", "faulty_registry", "respond", "scripted_server"]

_PIECE = 65536


@dataclass(frozen=True)
class Request:
    """A request as it came.

    Attributes:
        method: The method.
        path: The path, with the query.
        headers: The headers, whose names are in lower case.
        body: The body, or what came of it.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


Script = Callable[[Request], bytes | None]
"""Gives the response to a request; None to break the connection."""


def respond(status: int, body: bytes | object = b"", **headers: str) -> bytes:
    """Write a response; a body that is no bytes becomes JSON, and `_` in the names of headers a hyphen."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-length": str(len(content)), "connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


class ScriptedServer(Listener):
    """Responds to each request as a script says, which may also be changed under way.

    Attributes:
        host: Its host and port.
        requests: The requests so far.
        script: Gives the responses.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Request] = []
        super().__init__()
        self.host = self.address

    def serve(self, caller: socket.socket) -> None:
        request, length, start = _read_request(caller)
        body = _read_body(caller, start, length)
        request = Request(request.method, request.path, request.headers, body)
        self.requests.append(request)
        response = self.script(request)
        if response is not None:
            caller.sendall(response)


@dataclass
class Fault:
    """What goes wrong with the requests of a kind.

    Attributes:
        method: Their method.
        path: What is in their path, as a regular expression.
        times: How many of them fail; the others pass.
        after: How many pass before.
        response: The response that they get; what is behind the proxy does not get them.
        cut_request: How many bytes of the body arrive before the connection breaks.
        cut_response: How many bytes of the response's body arrive before the connection breaks.
        lose_response: Whether they arrive, and the connection breaks then.
        change: Changes the response.
    """

    method: str
    path: str
    times: int = 1
    after: int = 0
    response: bytes | None = None
    cut_request: int | None = None
    cut_response: int | None = None
    lose_response: bool = False
    change: Callable[[bytes], bytes] = field(default=bytes)

    def applies(self, request: Request) -> bool:
        """Tell whether it applies to a request, which counts then."""
        if request.method != self.method or not re.search(self.path, request.path) or not self.times:
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True


class FaultyRegistry(Listener):
    """A proxy before a registry that speaks http.

    Attributes:
        host: Its host and port.
        requests: The requests that came, with what came of their bodies.
        faults: What goes wrong; the first fault that applies to a request counts.
    """

    def __init__(self, upstream: str) -> None:
        host, _, port = upstream.partition(":")
        self._upstream = (host, int(port))
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        super().__init__()
        self.host = self.address

    @property
    def bytes_received(self) -> int:
        """How many bytes of blobs came."""
        uploads = [request for request in self.requests if "/blobs/uploads/" in request.path]
        return sum(len(request.body) for request in uploads)

    def serve(self, caller: socket.socket) -> None:
        head, length, start = _read_request(caller)
        fault = next((fault for fault in self.faults if fault.applies(head)), Fault("", ""))
        limit = length if fault.cut_request is None else min(length, fault.cut_request)
        body = _read_body(caller, start, limit)[:limit]
        self.requests.append(Request(head.method, head.path, head.headers, body))
        # The caller may have gone in the middle, too.
        if fault.cut_request is not None or len(body) < length:
            self._pass_on(head, body, cut=True)
            return
        response = fault.response if fault.response is not None else fault.change(self._pass_on(head, body))
        if fault.lose_response:
            return
        if fault.cut_response is not None:
            response = response[: response.index(b"\r\n\r\n") + 4 + fault.cut_response]
        caller.sendall(response)

    def _pass_on(self, request: Request, body: bytes, *, cut: bool = False) -> bytes:
        headers = {**request.headers, "connection": "close"}
        lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        response = b""
        with socket.create_connection(self._upstream) as upstream:
            upstream.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            if cut:
                upstream.shutdown(socket.SHUT_WR)
            # To its end also if cut: the registry has then counted what arrived before the caller asks how much it was.
            while piece := upstream.recv(_PIECE):
                response += piece
        return response


def _read_request(caller: socket.socket) -> tuple[Request, int, bytes]:
    head, start = read_head(caller)
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, path, headers), int(headers.get("content-length", "0")), start


def _read_body(caller: socket.socket, start: bytes, length: int) -> bytes:
    body = bytearray(start)
    while len(body) < length and (piece := caller.recv(_PIECE)):
        body += piece
    return bytes(body)


@contextmanager
def scripted_server(script: Script) -> Iterator[ScriptedServer]:
    """Run a server whose responses a script gives."""
    server = ScriptedServer(script)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def faulty_registry(upstream: str) -> Iterator[FaultyRegistry]:
    """Run a proxy before a registry on this machine that speaks http.

    Args:
        upstream: The host and port of the registry.
    """
    proxy = FaultyRegistry(upstream)
    try:
        yield proxy
    finally:
        proxy.close()
