"""A small HTTP/1.1 server on 127.0.0.1 that responds without delay, and leaves no thread or socket behind."""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast

from biot_emulator.http.request_heads import MalformedHead, RequestHead, read_head
from biot_emulator.http.response import Response
from biot_emulator.interrupts import uninterrupted
from biot_emulator.wire_json import encode

__all__ = ["Address", "Admission", "Request", "Server", "json_response"]

Address = tuple[str, int]
"""Host and port."""
Admission = Callable[[Address, Address], bool]
"""Whether a connection, from one address to another, may send requests."""

_CHUNK_BYTES = 65_536
_LENGTH = re.compile(r"[0-9]{1,15}")
_METHODS = frozenset({"DELETE", "GET", "PATCH", "POST", "PUT"})
_FORBIDDEN = {"errorType": "Forbidden", "errorMessage": "this is another process's"}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    Attributes:
        method: `GET`, `POST`, ...
        path: The path without its query.
        query: The query, without the question mark and as it was sent.
        headers: By lower-case name.
        body: The content; empty if it is larger than the server accepts.
        size: Size of the content in bytes.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    size: int = 0
    query: str = ""


def json_response(status_code: int, value: Any) -> Response:
    """Create a response whose body is JSON."""
    return Response(status_code, {"content-type": "application/json"}, encode(value))


class Server:
    """Serves one function from its construction until it is closed.

    Args:
        respond: Called for each request, in the connection's own thread. None closes the connection.
        max_body: Maximum size in bytes of a body that is passed on.
        admits: Called for each connection; None admits all. The others are refused with 403.
    """

    def __init__(
        self,
        respond: Callable[[Request], Response | None],
        max_body: int,
        admits: Admission | None = None,
    ) -> None:
        self._http, self._thread = uninterrupted(
            lambda: _start(respond, max_body, admits), undo=lambda pair: _stop(*pair)
        )

    @property
    def address(self) -> str:
        """Host and port."""
        host, port = self._http.server_address[:2]
        return f"{host!s}:{port}"

    def close(self) -> None:
        """Refuse new connections, close the open ones, and wait for their threads; may be called more than once."""
        uninterrupted(lambda: _stop(self._http, self._thread), is_release=True)


def _start(
    respond: Callable[[Request], Response | None], max_body: int, admits: Admission | None
) -> tuple[_HttpServer, threading.Thread]:
    server = _HttpServer(respond, max_body, admits)
    thread = threading.Thread(target=server.serve, name="biot-emulator-http", daemon=True)
    thread.start()
    return server, thread


def _stop(server: _HttpServer, thread: threading.Thread) -> None:
    if thread.is_alive():
        server.stop()
        thread.join()
        server.server_close()


class _HttpServer(ThreadingTCPServer):
    # server_close() does not join daemon threads, which would outlive the server.
    daemon_threads = False
    request_queue_size = 64
    allow_reuse_address = True

    def __init__(self, respond: Callable[[Request], Response | None], max_body: int, admits: Admission | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.admits = admits
        self.max_body = max_body
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stopping = False

    def serve(self) -> None:
        # serve_forever() notices its shutdown only at its next poll; handle_request() returns once stop() connects.
        while not self._stopping:
            self.handle_request()

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            for connection in self._open:
                _shut(connection)
        # Not create_connection(), which loads what names of other machines are encoded with.
        with socket.socket(self.address_family) as waker:
            waker.connect(self.server_address)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
            if self._stopping:
                _shut(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A caller that disconnects, or whose connection stop() closed, is not an error.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(StreamRequestHandler):
    # One write per response, sent at once: Nagle's algorithm would delay a second one by 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _HttpServer  # pyright: ignore[reportIncompatibleVariableOverride]

    _admitted = False

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def handle(self) -> None:
        while self._handle_request():
            pass

    def _handle_request(self) -> bool:
        """Respond to a request; return whether another one may follow."""
        try:
            head = read_head(self.rfile)
        except MalformedHead:
            return self._refuse(Response(400))
        if head is None:
            return False
        if head.method not in _METHODS:
            return self._refuse(Response(501))
        if not self._is_admitted():
            return self._refuse(json_response(403, _FORBIDDEN))
        length = head.headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or "transfer-encoding" in head.headers:
            return self._refuse(Response(411))
        if head.headers.get("expect", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        response = self.server.respond(self._request(head, int(length)))
        if response is None:
            return False
        self._write(response)
        return head.stays_open

    def _request(self, head: RequestHead, size: int) -> Request:
        path, _, query = head.target.partition("?")
        return Request(head.method, path, head.headers, self._read(size), size, query)

    def _is_admitted(self) -> bool:
        admits, own = self.server.admits, cast("Address", self.connection.getsockname()[:2])
        self._admitted = self._admitted or admits is None or admits(self.client_address[:2], own)
        return self._admitted

    def _read(self, size: int) -> bytes:
        if size <= self.server.max_body:
            return self.rfile.read(size)
        while size > 0 and (chunk := self.rfile.read(min(size, _CHUNK_BYTES))):
            size -= len(chunk)
        return b""

    def _refuse(self, response: Response) -> bool:
        self._write(response)
        return False

    def _write(self, response: Response) -> None:
        headers = {**response.headers, "content-length": str(len(response.content))}
        lines = [_status_line(response.status_code), *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._send("\r\n".join(lines).encode("latin-1") + response.content)

    def _send(self, content: bytes) -> None:
        self.wfile.write(content)
        self.wfile.flush()


@cache
def _status_line(status_code: int) -> str:
    try:
        phrase = HTTPStatus(status_code).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status_code} {phrase}"
