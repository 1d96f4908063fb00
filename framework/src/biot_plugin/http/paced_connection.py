"""Connections that never wait longer than they may, for a resolver, a handshake or a slow answer.

The timeout of a socket is one of each wait, so a server that sends a byte now and then could hold a call for ever. Here
every wait gets what is left of the call's time.
"""

from __future__ import annotations

import io
import socket
import threading
from functools import cache
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from biot_plugin.http.time_limit import TimeIsUp, TimeLimit

if TYPE_CHECKING:
    from ssl import SSLContext

#: Seconds that one attempt to connect may take.
_CONNECT_SECONDS = 3.0


class Origin(NamedTuple):
    """Who is called: what connections can be shared for."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def of(cls, url: str) -> Origin:
        """Reads it from an address.

        Raises:
            ValueError: It is not an http(s) address.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it is not an http(s) address")
        return cls(parts.scheme, parts.hostname, parts.port)


def open_connection(origin: Origin, time: TimeLimit) -> HTTPConnection:
    """Connects to an origin.

    Raises:
        OSError: There is no connection, TimeoutError where it took too long.
    """
    connection = _Https(origin, time) if origin.scheme == "https" else _Http(origin, time)
    connection.connect()
    return connection


def paced_response(time: TimeLimit, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:
    """The response on a socket, which is read no later than the time is up."""
    return HTTPResponse(_PacedSocket(sock, time), *args, **kwargs)  # type: ignore[arg-type]


class _PacedSocket:
    """A socket as the response sees it."""

    def __init__(self, sock: socket.socket, time: TimeLimit) -> None:
        self._sock = sock
        self._time = time

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_Paced(self._sock, self._time))


class _Paced(io.RawIOBase):
    """What a socket receives, no later than the time is up."""

    def __init__(self, sock: socket.socket, time: TimeLimit) -> None:
        self._sock = sock
        self._time = time
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._time.left())
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Http(HTTPConnection):
    def __init__(self, origin: Origin, time: TimeLimit) -> None:
        super().__init__(origin.host, origin.port)
        self._time = time

    def connect(self) -> None:
        self.sock = _connected(self.host, self.port, self._time)


class _Https(HTTPSConnection):
    def __init__(self, origin: Origin, time: TimeLimit) -> None:
        super().__init__(origin.host, origin.port, context=_tls())
        self._time = time

    def connect(self) -> None:
        sock = _connected(self.host, self.port, self._time)
        try:
            sock.settimeout(self._time.left())
            self.sock = _tls().wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise


@cache
def _tls() -> SSLContext:
    """Reading the certificates takes longer than most calls, so it is done once."""
    from ssl import create_default_context

    return create_default_context()


def _connected(host: str, port: int, time: TimeLimit) -> socket.socket:
    """A connected socket. The addresses of the host share the time."""
    refused: OSError = OSError("the host has no address")
    for family, kind, protocol, _, address in _addresses(host, port, time):
        sock: socket.socket | None = None
        try:
            sock = socket.socket(family, kind, protocol)  # Fails where the kernel lacks the family.
            sock.settimeout(min(time.left(), _CONNECT_SECONDS))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            if sock is not None:
                sock.close()
            refused = error
        else:
            return sock
    raise refused


def _addresses(host: str, port: int, time: TimeLimit) -> list[Any]:
    """The addresses of a host, looked up aside: a resolver that does not answer cannot be told to stop."""
    outcome: list[Any] = []

    def look_up() -> None:
        try:
            outcome.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            outcome.append(error)
        except UnicodeError:  # A part of the name is empty or too long.
            outcome.append(OSError("no host can have this name"))

    thread = threading.Thread(target=look_up, name="biot-resolver", daemon=True)
    thread.start()
    thread.join(time.left())
    if not outcome:
        raise TimeIsUp("the host's address was not found in time")
    if isinstance(outcome[0], OSError):
        raise outcome[0]
    found: list[Any] = outcome[0]
    return found
