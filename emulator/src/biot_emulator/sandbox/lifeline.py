"""Ends a plugin's process with this one, even if this one is killed and cannot clean up."""

from __future__ import annotations

import socket
from contextlib import suppress

__all__ = ["Lifeline"]


class Lifeline:
    """A connection that the plugin's keeper sees close when this process ends, for any reason."""

    def __init__(self) -> None:
        self._near_end, self._far_end = socket.socketpair()

    @property
    def far_end(self) -> int:
        """The descriptor that the keeper inherits and watches."""
        return self._far_end.fileno()

    def hand_over(self, orders: bytes) -> None:
        """Close this process's copy of the far end, once the keeper has started, and send it its orders."""
        self._far_end.close()
        with suppress(OSError):
            self._near_end.sendall(orders)

    def pull(self) -> None:
        """Have the keeper end everything that the plugin started, and then itself. May be called from any thread."""
        with suppress(OSError):
            self._near_end.shutdown(socket.SHUT_WR)

    def last_words(self) -> bytes:
        """Return what the keeper sent before it ended."""
        try:
            return self._near_end.recv(16, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        except OSError:
            return b""

    def cut(self) -> None:
        """Close the connection, which ends the keeper as well."""
        self._far_end.close()
        self._near_end.close()
