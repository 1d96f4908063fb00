"""A server of tests of which nothing runs on once it is closed."""

from __future__ import annotations

from http.server import ThreadingHTTPServer

__all__ = ["JoiningServer"]


class JoiningServer(ThreadingHTTPServer):
    """Wait in `server_close` for the threads of its requests, which may outlive their responses for a moment."""

    daemon_threads = False
