"""A thread that stays with a connection: the next plain requests take no event loop, and no change of threads."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from biot_emulator.server.plain.heads import Header, PlainHead, read_head, write_head

__all__ = ["MOST_BYTES", "Stay"]

#: How long a request may take to come, from the response before on: the thread has no other work meanwhile.
_SECONDS = 1.0
#: Most requests have fewer bytes, and each time, room for more would be asked of the system.
_CHUNK_BYTES = 16 * 1024
MOST_BYTES = 64 * 1024
"""The largest body of a request that a thread stays for."""


class Stay:
    """A connection, for a thread that responds to a plain request and to the next ones of the same kind.

    The loop reads nothing meanwhile. Whatever is not plain, does not come whole and soon, or cannot be sent at once is
    the loop's again: it ends the stay.

    Args:
        connection: The loop's socket, which stays its own to close.
        headers: Returns the headers that all responses have.
        may_go_on: Whether the loop wants no end of it.

    Attributes:
        unread: What has come and has no response.
        unsent: What has not been sent yet of the last response; None where there is none.
        idle_since: When it began to wait for a request; None where it does not.
    """

    def __init__(
        self, connection: socket.socket, headers: Callable[[], Iterable[Header]], may_go_on: Callable[[], bool]
    ) -> None:
        self.unread = b""
        self.unsent: bytes | None = None
        self.idle_since: float | None = None
        self._headers = headers
        self._may_go_on = may_go_on
        family, type, protocol = connection.family, connection.type, connection.proto
        # Another one at the same place: that of the loop has no methods that read and write.
        self._connection = socket.socket(family, type, protocol, fileno=connection.fileno())
        # With a timeout, it would be asked before each call whether that can be done at once.
        self._connection.setblocking(False)
        self._arrival = select.poll()
        self._arrival.register(self._connection, select.POLLIN)
        #: Whoever has it may read and write: nothing else has been given the connection's number by then.
        self._open = threading.Lock()
        self._is_open = True

    def send(self, status_code: int, headers: Iterable[Header], body: bytes) -> bool:
        """Send a response; return whether it is plain, and so is not the loop's to send."""
        head = write_head(status_code, [*self._headers(), *headers], len(body))
        if head is None:
            return False
        whole, sent = head + body, 0
        # Where it cannot be sent, the loop sees why.
        with self._open, suppress(OSError):
            sent = self._connection.send(whole) if self._is_open else 0
        self.unsent = whole[sent:]
        return True

    def next_request(self, is_of_kind: Callable[[PlainHead], bool]) -> tuple[PlainHead, bytes] | None:
        """Return the next request with its body; None where what comes, if anything does, is the loop's.

        Args:
            is_of_kind: Whether it is one that the thread responds to.
        """
        if self.unsent:
            return None
        self.idle_since = time.monotonic()
        request = self._read(is_of_kind, self.idle_since + _SECONDS)
        self.idle_since = None
        if request is not None:
            self.unread, self.unsent = b"", None
        return request

    def leave(self) -> None:
        """Leave the connection to the loop."""
        self._is_open = False
        self._connection.detach()

    def hurry(self) -> None:
        """Have the thread wait for no other request: what it has read gets its response."""
        self._shut(socket.SHUT_RD)

    def end(self) -> None:
        """End the connection before the loop closes it; a thread that waits for a request waits no longer."""
        self._shut(socket.SHUT_RDWR)
        with self._open:
            self.leave()

    def _read(self, is_of_kind: Callable[[PlainHead], bool], until: float) -> tuple[PlainHead, bytes] | None:
        head, body = None, b""
        while self._may_go_on() and time.monotonic() < until and (part := self._receive()):
            self.unread += part
            body += part
            if head is None:
                read = read_head(self.unread)
                if read is None or read[0].length > MOST_BYTES or not is_of_kind(read[0]):
                    return None
                head, body = read
            if len(body) >= head.length:
                # What is behind it is the next request, and the loop reads several at once.
                return (head, body) if len(body) == head.length else None
        return None

    def _shut(self, direction: int) -> None:
        with suppress(OSError):
            self._connection.shutdown(direction)

    def _receive(self) -> bytes:
        with self._open, suppress(OSError):
            has_come = self._is_open and self._arrival.poll(_SECONDS * 1000)
            return self._connection.recv(_CHUNK_BYTES) if has_come else b""
        return b""
