"""Send a request and receive its response, within a time limit and a size limit."""

from __future__ import annotations

from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlsplit

from biot_plugin.http.connection import open_connection
from biot_plugin.http.limited_response import TooLarge, copy_content, limited_response, read_content
from biot_plugin.http.messages import MAX_BYTES, Request, Response
from biot_plugin.http.origin import Origin
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.platform_errors import PlatformTimeout, PlatformUnreachable, UnexpectedAnswer

_OK = 200
_MEGABYTE = 1024 * 1024


def connect(request: Request, time: TimeLimit) -> HTTPConnection:
    """Connect to the server that a request is for.

    Raises:
        PlatformUnreachable: The connection failed; nothing was sent.
        PlatformTimeout: The connection failed and no time is left.
        ValueError: The request's URL is not an http(s) address.
    """
    origin = Origin.of(request.url)
    try:
        return open_connection(origin, time)
    except TimeoutError as error:
        # A dead host and a slow network look alike here; while there is time, the call may be tried again.
        error_class = PlatformUnreachable if time.allows(0) else PlatformTimeout
        raise error_class(request.call, "no connection in time", sent=False, trace_id=request.trace_id) from error
    except OSError as error:
        reason = f"no connection ({type(error).__name__})"
        raise PlatformUnreachable(request.call, reason, sent=False, trace_id=request.trace_id) from error


def exchange(connection: HTTPConnection, request: Request, time: TimeLimit) -> tuple[Response, bool]:
    """Send a request; return the response, and whether the connection can be reused.

    Raises:
        PlatformUnreachable: The response is missing or incomplete; the connection is closed.
        PlatformTimeout: The response did not arrive in time; the connection is closed.
        UnexpectedAnswer: The response is larger than the request allows; the connection is closed.
    """
    try:
        return _exchange(connection, request, time)
    except BaseException as error:
        connection.close()
        if isinstance(error, (OSError, HTTPException)):
            raise _interrupted(request, error) from error
        raise


def fetch(request: Request, time: TimeLimit) -> Response:
    """Send a request over a connection of its own.

    Raises:
        PlatformUnreachable: The connection failed, or the response is missing or incomplete.
        PlatformTimeout: The response did not arrive in time.
        UnexpectedAnswer: The response is larger than the request allows.
    """
    connection = connect(request, time)
    try:
        return exchange(connection, request, time)[0]
    finally:
        connection.close()


def _interrupted(request: Request, error: Exception) -> PlatformUnreachable:
    if isinstance(error, TimeoutError):
        return PlatformTimeout(request.call, "no response in time", sent=True, trace_id=request.trace_id)
    reason = f"the connection broke before the response was complete ({type(error).__name__})"
    return PlatformUnreachable(request.call, reason, sent=True, trace_id=request.trace_id)


def _exchange(connection: HTTPConnection, request: Request, time: TimeLimit) -> tuple[Response, bool]:
    url = urlsplit(request.url)
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    connection.response_class = partial(limited_response, time, request.max_bytes)  # type: ignore[assignment]
    connection.sock.settimeout(time.left())
    connection.putrequest(request.method, target)
    for name, value in request.headers.items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(request.size))
    connection.endheaders()
    for piece in request.pieces():
        connection.sock.settimeout(time.left())
        connection.send(piece)
    # A response after which the connection ends has the socket for itself.
    with connection.getresponse() as response:
        content = _read_content(response, request)
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Response(response.status, headers, content), not response.will_close


def _read_content(response: HTTPResponse, request: Request) -> bytes:
    # An error is read into memory, wherever the content was to go.
    most = request.max_bytes if request.sink is None else MAX_BYTES
    try:
        if request.sink is None or response.status != _OK:
            return read_content(response, most)
        copy_content(response, request.sink)
    except TooLarge:
        reason = f"answered {response.status} with more than {most // _MEGABYTE} MB"
        raise UnexpectedAnswer(request.call, reason, status=response.status, trace_id=request.trace_id) from None
    return b""
