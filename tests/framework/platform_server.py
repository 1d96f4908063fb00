"""A platform on a real socket that answers as a test wants it to: late, with half a body, or not at all."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

LOGIN = "/ums/v2/services/accessToken"
SERVICE_ID = "11111111-2222-4333-8444-555555555555"
SECRET = "the-secret-key-of-the-service-user"


class Received(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    names: list[str]

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Exchange:
    """One request, and the socket to answer it on."""

    def __init__(self, handler: BaseHTTPRequestHandler, received: Received) -> None:
        self._handler = handler
        self.received = received

    def answer(self, status: int = 200, body: object = None, **headers: str) -> None:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self._handler.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.send_header("content-length", str(len(content)))
        self._handler.end_headers()
        self._handler.wfile.write(content)

    def write(self, text: bytes) -> None:
        self._handler.wfile.write(text)
        self._handler.wfile.flush()

    def break_off(self) -> None:
        self._handler.close_connection = True
        self._handler.connection.shutdown(socket.SHUT_RDWR)


Behaviour = Callable[[Exchange], None]


def ok(exchange: Exchange) -> None:
    exchange.answer(200, {"method": exchange.received.method})


class PlatformServer:
    """Logs the service user in. Other calls are answered by `behaviours` in turn, and by the last one ever after."""

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.logins: list[Received] = []
        self.behaviours: list[Behaviour] = [ok]
        self.login_behaviours: list[Behaviour] = []
        self.token_seconds = 1800.0
        self.login_seconds = 0.0
        self.good_tokens: set[str] = set()
        self.connections = 0
        self.sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._scheme = "https" if tls else "http"
        self._server = _Server(("127.0.0.1", port), _handler(self))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def behaves(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)

    def revoke(self) -> None:
        self.good_tokens.clear()

    def wait(self, seconds: float) -> None:
        """Waits so long, or until the test is over."""
        self._closing.wait(seconds)

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connected in self.sockets:
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def handle(self, exchange: Exchange) -> None:
        if exchange.received.path == LOGIN:
            return self._log_in(exchange)
        with self._lock:
            self.received.append(exchange.received)
            behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
            good = exchange.received.headers.get("authorization", "").removeprefix("Bearer ") in self.good_tokens
        if not good and not exchange.received.path.startswith("/signed"):
            return exchange.answer(401, {"code": "TOKEN_NOT_VALID", "message": "The token is not valid"})
        return behaviour(exchange)

    def _log_in(self, exchange: Exchange) -> None:
        with self._lock:
            self.logins.append(exchange.received)
            behaviour = self.login_behaviours.pop(0) if self.login_behaviours else None
        self.wait(self.login_seconds)
        if behaviour:
            return behaviour(exchange)
        if exchange.received.json != {"id": SERVICE_ID, "secretKey": SECRET}:
            return exchange.answer(403, {"code": "LOGIN_FAILED", "message": "no"})
        token = f"token-{len(self.logins)}"
        self.good_tokens.add(token)
        expires = datetime.now(timezone.utc) + timedelta(seconds=self.token_seconds)
        text = expires.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return exchange.answer(200, {"accessToken": token, "accessTokenExpiration": text})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(platform: PlatformServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            platform.connections += 1
            platform.sockets.append(self.request)
            super().setup()

        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            names = [name.lower() for name in self.headers]
            try:
                platform.handle(Exchange(self, Received(self.command, self.path, headers, content, names)))
            except OSError:  # The caller did not wait for the answer.
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *args: Any) -> None: ...

    return Handler


def late(seconds: float, platform: PlatformServer) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        platform.wait(seconds)
        ok(exchange)

    return behave


def drip(exchange: Exchange) -> None:
    """Answers a byte now and then, so that no single wait is long."""
    exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(200):
        exchange.write(b" ")
        time.sleep(0.1)


def half(exchange: Exchange) -> None:
    exchange.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"_id": "7",')
    exchange.break_off()


def html(status: int) -> Behaviour:
    return lambda exchange: exchange.answer(status, b"<html>Request blocked</html>", content_type="text/html")


def error(status: int, code: str, **more: Any) -> Behaviour:
    headers = more.pop("headers", {})
    body = {
        "code": code,
        "message": "About [ada@example.com]",
        "traceId": "f" * 32,
        "serviceName": "Organization Service",
    }
    return lambda exchange: exchange.answer(status, {**body, **more}, **headers)
