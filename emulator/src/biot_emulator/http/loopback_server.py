"""A small HTTP/1.1 server on 127.0.0.1 that responds without delay, and leaves no thread or socket behind."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, NamedTuple

from biot_emulator.http.connection import Admission, Connection
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_emulator.interrupts import uninterrupted
from biot_emulator.wire_json import encode

__all__ = ["Server", "json_response"]


def json_response(status_code: int, value: Any) -> Response:
    """Create a response whose body is JSON."""
    return Response(status_code, {"content-type": "application/json"}, encode(value))


class _Service(NamedTuple):
    """What is done with connections; see `Server`."""

    respond: Callable[[Request], Response | None]
    max_body: int
    admits: Admission | None
    takes: Callable[[Request, Connection], bool] | None

    def serve(self, connection: Connection) -> bool:
        """Respond to the requests of a connection; return whether somebody has taken it over."""
        while True:
            request = connection.wait()
            if self.takes is not None and self.takes(request, connection):
                return True
            response = self.respond(request)
            if response is None:
                return False
            connection.respond(response)


class Server:
    """Serves one function from its construction until it is closed.

    Args:
        respond: Called for each request, in the connection's own thread. None closes the connection.
        max_body: Maximum size in bytes of a body that is passed on.
        admits: Called for each connection; None admits all. The others are refused with 403.
        takes: Called before `respond`: whether whoever it is called for has taken the connection over, to respond and
            to close it; the connection's thread ends then.
    """

    def __init__(
        self,
        respond: Callable[[Request], Response | None],
        max_body: int,
        admits: Admission | None = None,
        takes: Callable[[Request, Connection], bool] | None = None,
    ) -> None:
        service = _Service(respond, max_body, admits, takes)
        self._http, self._thread = uninterrupted(lambda: _start(service), undo=lambda pair: _stop(*pair))

    @property
    def address(self) -> str:
        """Host and port."""
        host, port = self._http.server_address[:2]
        return f"{host!s}:{port}"

    def close(self) -> None:
        """Refuse new connections, close the open ones, and wait for their threads; may be called more than once."""
        uninterrupted(lambda: _stop(self._http, self._thread), is_release=True)


def _start(service: _Service) -> tuple[_HttpServer, threading.Thread]:
    server = _HttpServer(service)
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

    def __init__(self, service: _Service) -> None:
        super().__init__(("127.0.0.1", 0), BaseRequestHandler)
        self._service = service
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._stopping = False

    def serve(self) -> None:
        # serve_forever() notices its shutdown only at its next poll; handle_request() returns once stop() connects.
        while not self._stopping:
            self.handle_request()

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            for connection in self._open:
                connection.shut()
        # Not create_connection(), which loads what names of other machines are encoded with.
        with socket.socket(self.address_family) as waker:
            waker.connect(self.server_address)

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base's
        # The base closes the socket that it knows, but this connection may go on without this thread.
        end = socket.socket(fileno=request.detach())
        connection = Connection(end, self._service.max_body, self._service.admits)
        is_taken = False
        try:
            self._opened(connection)
            is_taken = self._service.serve(connection)
        finally:
            self._closed(connection)
            if not is_taken:
                connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A caller that disconnects, or whose connection stop() closed, is not an error.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _opened(self, connection: Connection) -> None:
        with self._lock:
            self._open.add(connection)
            if self._stopping:
                connection.shut()

    def _closed(self, connection: Connection) -> None:
        with self._lock:
            self._open.discard(connection)
