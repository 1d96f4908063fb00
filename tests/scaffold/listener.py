"""What stands between a program and the platform: it listens, and serves each caller in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable


class Listener(ABC):
    """Listens from the moment it is made until it is closed. A connection that breaks ends its thread and no more."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self.start(self._accept)

    @abstractmethod
    def serve(self, caller: socket.socket) -> None:
        """Serve one connection, which is closed afterwards."""

    def start(self, do: Callable[..., None], *arguments: object) -> None:
        """Do something in a thread that `close` waits for."""
        thread = threading.Thread(target=do, args=arguments)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Stop listening, and wait for every thread."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.start(self._serve, connection)

    def _serve(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            self.serve(caller)


def read_head(connection: socket.socket, piece: int = 65536) -> tuple[bytes, bytes]:
    """Read a request's head, with the empty line after it, and the part of its body that came with the last piece.

    Args:
        connection: Where it comes from.
        piece: How many bytes are read at once. The rest of the body stays unread.

    Raises:
        OSError: The caller is gone before.
    """
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(piece)
        if not chunk:
            raise OSError("the caller is gone")
        received += chunk
    head, _, start = received.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", start
