"""A registry whose replies a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_servers import JoiningServer

__all__ = ["Reply", "server"]

Reply = tuple[int, dict[str, str], bytes]


@contextmanager
def server(respond: Callable[[str, str, str | None], Reply]) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """Serve what a function says of host, path and log-in; yield the address, and the paths and log-ins that came."""
    came: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            log_in = self.headers.get("authorization")
            came.append((self.path, log_in))
            status, headers, content = respond(self.headers["host"], self.path, log_in)
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    listening = JoiningServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{listening.server_port}", came
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
