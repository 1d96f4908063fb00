"""One HTTP exchange, which never takes longer than it may, however slowly the other side answers.

The timeout of a socket is one of each wait, so a server that sends a byte now and then could hold a call for ever. Here
every wait gets what is left of the call's time.
"""

from __future__ import annotations

import io
import socket
import threading
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from biot_plugin._platform_errors import PlatformTimeout, PlatformUnreachable
from biot_plugin._time_limit import TimeIsUp, TimeLimit

if TYPE_CHECKING:
    from ssl import SSLContext

#: Seconds that one attempt to connect may take.
_CONNECT_SECONDS = 3.0
_CHUNK = 64 * 1024


class Request(NamedTuple):
    """An HTTP request.

    Attributes:
        method: The HTTP method.
        url: The whole address.
        headers: By lower-case name.
        content: The body.
    """

    method: str
    url: str
    headers: dict[str, str]
    content: bytes = b""

    @property
    def call(self) -> str:
        """What errors call it. The query stays out: it has names to search for, or the signature of an address."""
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def trace_id(self) -> str | None:
        """The trace that it belongs to."""
        parts = self.headers.get("traceparent", "").split("-")
        return parts[1] if len(parts) == 4 else None


class Answer(NamedTuple):
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        headers: By lower-case name.
        content: The body.
    """

    status: int
    headers: dict[str, str]
    content: bytes


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


def connect(request: Request, time: TimeLimit) -> HTTPConnection:
    """Connects to whom a request is for.

    Raises:
        PlatformUnreachable: There is no connection; nothing was sent.
        PlatformTimeout: There is none yet, and no time is left.
        ValueError: The request's address is none.
    """
    origin = Origin.of(request.url)
    connection = _Https(origin, time) if origin.scheme == "https" else _Http(origin, time)
    try:
        connection.connect()
    except TimeoutError as error:
        # Nobody there and a slow network look the same; only the latter is over for the call.
        kind = PlatformUnreachable if time.allows(0) else PlatformTimeout
        raise kind(request.call, "no connection in time", sent=False, trace_id=request.trace_id) from error
    except OSError as error:
        reason = f"no connection ({type(error).__name__})"
        raise PlatformUnreachable(request.call, reason, sent=False, trace_id=request.trace_id) from error
    return connection


def exchange(connection: HTTPConnection, request: Request, time: TimeLimit) -> tuple[Answer, bool]:
    """Sends a request and gives the answer, and whether the connection is good for another one.

    Raises:
        PlatformUnreachable: The whole answer did not come. The connection is closed then.
        PlatformTimeout: It did not come in time. The connection is closed then.
    """
    try:
        return _exchange(connection, request, time)
    except BaseException as error:
        connection.close()
        if isinstance(error, (OSError, HTTPException)):
            raise _interrupted(request, error) from error
        raise


def fetch(request: Request, time: TimeLimit) -> Answer:
    """Sends a request over a connection of its own.

    Raises:
        PlatformUnreachable: There is no connection, or the whole answer did not come.
        PlatformTimeout: It did not come in time.
    """
    connection = connect(request, time)
    try:
        return exchange(connection, request, time)[0]
    finally:
        connection.close()


def _interrupted(request: Request, error: Exception) -> PlatformUnreachable:
    if isinstance(error, TimeoutError):
        return PlatformTimeout(request.call, "no answer in time", sent=True, trace_id=request.trace_id)
    reason = f"the connection broke before the whole answer was here ({type(error).__name__})"
    return PlatformUnreachable(request.call, reason, sent=True, trace_id=request.trace_id)


def _exchange(connection: HTTPConnection, request: Request, time: TimeLimit) -> tuple[Answer, bool]:
    url = urlsplit(request.url)
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    connection.response_class = partial(_response, time)  # type: ignore[assignment]
    connection.sock.settimeout(time.left())
    connection.putrequest(request.method, target)
    for name, value in request.headers.items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(request.content)))
    connection.endheaders()
    for start in range(0, len(request.content), _CHUNK):
        connection.sock.settimeout(time.left())
        connection.send(request.content[start : start + _CHUNK])
    response = connection.getresponse()
    content = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, content), not response.will_close


def _response(time: TimeLimit, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:
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
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(time.left(), _CONNECT_SECONDS))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
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

    thread = threading.Thread(target=look_up, name="biot-resolver", daemon=True)
    thread.start()
    thread.join(time.left())
    if not outcome:
        raise TimeIsUp("the host's address was not found in time")
    if isinstance(outcome[0], OSError):
        raise outcome[0]
    found: list[Any] = outcome[0]
    return found
