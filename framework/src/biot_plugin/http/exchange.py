"""One HTTP exchange, within the time that it may take."""

from __future__ import annotations

from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit

from biot_plugin.http.paced_connection import Origin, open_connection, paced_response
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.platform_errors import PlatformTimeout, PlatformUnreachable

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


def connect(request: Request, time: TimeLimit) -> HTTPConnection:
    """Connects to whom a request is for.

    Raises:
        PlatformUnreachable: There is no connection; nothing was sent.
        PlatformTimeout: There is none yet, and no time is left.
        ValueError: The request's address is none.
    """
    origin = Origin.of(request.url)
    try:
        return open_connection(origin, time)
    except TimeoutError as error:
        # Nobody there and a slow network look the same; only the latter is over for the call.
        kind = PlatformUnreachable if time.allows(0) else PlatformTimeout
        raise kind(request.call, "no connection in time", sent=False, trace_id=request.trace_id) from error
    except OSError as error:
        reason = f"no connection ({type(error).__name__})"
        raise PlatformUnreachable(request.call, reason, sent=False, trace_id=request.trace_id) from error


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
    connection.response_class = partial(paced_response, time)  # type: ignore[assignment]
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
