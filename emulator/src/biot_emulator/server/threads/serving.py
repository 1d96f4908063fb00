"""A thread that serves an ASGI application on a socket until it is closed, with whatever it started."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import uvicorn

__all__ = ["ServingThread"]

_POLL_SECONDS = 0.002
#: How long running calls may take to finish.
_GRACE_SECONDS = 2.0


class ServingThread:
    """Serves from its creation until it is closed.

    Args:
        listening: The socket to serve on; it is closed with the server.
        settings: The server's settings, with its application.
        name: The thread's name.
    """

    def __init__(self, listening: socket.socket, settings: uvicorn.Config, name: str) -> None:
        self._socket = listening
        self._uvicorn = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        while not self._uvicorn.started and self._thread.is_alive():
            time.sleep(_POLL_SECONDS)

    def close(self, end_calls: Callable[[], None] | None = None) -> None:
        """Stop serving: finish the calls that finish soon.

        Args:
            end_calls: Ends what the remaining calls wait for, so that these may be answered; None to abort them.
        """
        self._uvicorn.should_exit = True
        self._thread.join(_GRACE_SECONDS)
        if end_calls:
            end_calls()
            self._thread.join(_GRACE_SECONDS)
        for connection in list(self._uvicorn.server_state.connections):
            # Whoever has not read the response by now will not read it.
            connection.loop.call_soon_threadsafe(connection.transport.abort)
        self._thread.join()
        _join_helpers()
        self._socket.close()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])


def _join_helpers() -> None:
    """Wait for the threads in which calls were handled: they end with their loop, but nobody else waits for them."""
    for thread in threading.enumerate():
        loop = getattr(thread, "loop", None)
        if loop is not None and loop.is_closed():
            thread.join()
