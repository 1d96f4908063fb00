"""A small HTTP/1.1 server on 127.0.0.1 that responds without delay, and leaves no thread or socket behind."""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, cast

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


class _HttpServer(ThreadingHTTPServer):
    # server_close() does not join daemon threads, which would outlive the server.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, respond: Callable[[Request], Response | None], max_body: int, admits: Admission | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.admits = admits
        self.max_body = max_body
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stopping = False

    def server_bind(self) -> None:
        # HTTPServer resolves its own name, which can take seconds without a network.
        TCPServer.server_bind(self)

    def serve(self) -> None:
        # serve_forever() notices its shutdown only at its next poll; handle_request() returns once stop() connects.
        while not self._stopping:
            self.handle_request()

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            for connection in self._open:
                _shut(connection)
        socket.create_connection(cast("tuple[str, int]", self.server_address)).close()

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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
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

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: requests hold sensitive data."""

    def handle_expect_100(self) -> bool:
        is_continued = super().handle_expect_100()
        self.wfile.flush()
        return is_continued

    def _respond(self) -> None:
        if not self._is_admitted():
            self.close_connection = True
            self._write(json_response(403, {"errorType": "Forbidden", "errorMessage": "this is another process's"}))
            return
        length = self.headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or "transfer-encoding" in self.headers:
            self.close_connection = True
            self._write(Response(411, {}, b""))
            return
        size = int(length)
        request = Request(
            method=self.command,
            path=self.path.partition("?")[0],
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._read(size),
            size=size,
            query=self.path.partition("?")[2],
        )
        response = self.server.respond(request)
        if response is None:
            self.close_connection = True
        else:
            self._write(response)

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

    def _write(self, response: Response) -> None:
        self.send_response(response.status_code)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(response.content)))
        self.end_headers()
        self.wfile.write(response.content)
        self.wfile.flush()
