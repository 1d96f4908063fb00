"""Open connections, with one time limit for name lookup, connecting and the TLS handshake."""

from __future__ import annotations

import socket
import threading
from functools import cache
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Any

from biot_plugin.http.time_limit import TimeIsUp, TimeLimit

if TYPE_CHECKING:
    from ssl import SSLContext

    from biot_plugin.http.origin import Origin

#: Seconds that one attempt to connect to one address may take.
_CONNECT_SECONDS = 3.0


def open_connection(origin: Origin, time: TimeLimit) -> HTTPConnection:
    """Connect to an origin.

    Raises:
        OSError: The connection failed; TimeoutError where it took too long.
    """
    connection = _Https(origin, time) if origin.scheme == "https" else _Http(origin, time)
    connection.connect()
    return connection


class _Http(HTTPConnection):
    def __init__(self, origin: Origin, time: TimeLimit) -> None:
        super().__init__(origin.host, origin.port)
        self._time = time

    def connect(self) -> None:
        self.sock = _connect(self.host, self.port, self._time)


class _Https(HTTPSConnection):
    def __init__(self, origin: Origin, time: TimeLimit) -> None:
        super().__init__(origin.host, origin.port, context=_tls_context())
        self._time = time

    def connect(self) -> None:
        sock = _connect(self.host, self.port, self._time)
        try:
            sock.settimeout(self._time.left())
            self.sock = _tls_context().wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise


@cache
def _tls_context() -> SSLContext:
    """Return the TLS context; cached, because reading the certificates takes longer than most calls."""
    from ssl import create_default_context

    return create_default_context()


def _connect(host: str, port: int, time: TimeLimit) -> socket.socket:
    """Connect to the first address of a host that accepts; all addresses share the time."""
    failure: OSError = OSError("the host has no address")
    for family, kind, protocol, _, address in _resolve(host, port, time):
        sock: socket.socket | None = None
        try:
            sock = socket.socket(family, kind, protocol)  # Fails where the kernel lacks the family.
            sock.settimeout(min(time.left(), _CONNECT_SECONDS))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            if sock is not None:
                sock.close()
            failure = error
        else:
            return sock
    raise failure


def _resolve(host: str, port: int, time: TimeLimit) -> list[Any]:
    """Look up the addresses of a host in a thread, because a lookup that hangs cannot be cancelled."""
    outcome: list[Any] = []

    def look_up() -> None:
        try:
            outcome.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            outcome.append(error)
        except UnicodeError:  # A label of the name is empty or too long.
            outcome.append(OSError("the host name is not valid"))

    thread = threading.Thread(target=look_up, name="biot-resolver", daemon=True)
    thread.start()
    thread.join(time.left())
    if not outcome:
        raise TimeIsUp("the host name was not resolved in time")
    if isinstance(outcome[0], OSError):
        raise outcome[0]
    addresses: list[Any] = outcome[0]
    return addresses
