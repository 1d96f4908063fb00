"""Calls addresses outside of the platform: plugins that run in an account of their own (contract section 1.4)."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

import h11

from biot_emulator.errors import EmulatorError
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES

__all__ = ["SECONDS", "Unreachable", "post"]

SECONDS = 30.0
"""How long an address may take to respond: from its name's resolution to the last byte."""
_CHUNK = 64 * 1024
_MAX_HEAD_BYTES = 64 * 1024
#: With the framing of its chunks, headers, and whatever comes before the response.
_MAX_RECEIVED_BYTES = 2 * MAX_PAYLOAD_BYTES
_MAX_PIECES = 100_000
_PORTS = {"http": 80, "https": 443}


class Unreachable(EmulatorError):
    """An address did not respond.

    Attributes:
        timed_out: Whether it took too long.
    """

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class _Deadline:
    """The moment at which everything about one call has to be over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left. Raises TimeoutError where there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def post(url: str, headers: Mapping[str, str], content: bytes, certificates: ssl.SSLContext) -> Response:
    """Send a POST request, and return the response, whatever its status is.

    Args:
        url: The address; redirects are not followed, as the token is meant for this address alone.
        headers: The request's headers.
        content: The request's body.
        certificates: Which certificates of HTTPS addresses are trusted.

    Raises:
        Unreachable: There was no response.
    """
    seconds = SECONDS
    deadline = _Deadline(seconds)
    try:
        parts = _parts(url)
        request = _request(parts, headers, content)
        with _connected(parts, deadline, certificates) as connection:
            return _exchange(connection, request, content, deadline)
    except TimeoutError:
        raise Unreachable(f"{url} did not respond within {seconds:g} seconds", timed_out=True) from None
    except (OSError, ValueError, h11.ProtocolError) as error:
        raise Unreachable(f"{url} cannot be called: {error}") from error


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("it is no web address")
    return parts


def _request(parts: SplitResult, headers: Mapping[str, str], content: bytes) -> h11.Request:
    own = {
        b"host": parts.netloc.rpartition("@")[2].encode("idna"),
        b"accept-encoding": b"identity",
        b"connection": b"close",
        b"content-length": str(len(content)).encode(),
    }
    others = {name.lower().encode(): value.strip().encode("latin-1") for name, value in headers.items()}
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return h11.Request(method="POST", target=target.encode("ascii"), headers=[*{**others, **own}.items()])


@contextmanager
def _connected(parts: SplitResult, deadline: _Deadline, certificates: ssl.SSLContext) -> Iterator[socket.socket]:
    host = parts.hostname or ""
    connection = _connect(_addresses(host, parts.port or _PORTS[parts.scheme], deadline), deadline)
    try:
        if parts.scheme == "https":
            connection.settimeout(deadline.remaining())
            connection = certificates.wrap_socket(connection, server_hostname=host)
        yield connection
    finally:
        connection.close()


def _addresses(host: str, port: int, deadline: _Deadline) -> list[Any]:
    """Resolve a name, in a thread of its own: nothing else can end a resolution before the system gives up."""
    results: queue.SimpleQueue[list[Any] | OSError | ValueError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            results.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            results.put(error)

    thread = threading.Thread(target=resolve, name="biot-emulator-resolve", daemon=True)
    thread.start()
    try:
        addresses = results.get(timeout=deadline.remaining())
    except queue.Empty:
        raise TimeoutError from None
    thread.join()
    if isinstance(addresses, Exception):
        raise addresses
    return addresses


def _connect(addresses: list[Any], deadline: _Deadline) -> socket.socket:
    failure: OSError = OSError("its name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.remaining() / (len(addresses) - index))
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _exchange(connection: socket.socket, request: h11.Request, content: bytes, deadline: _Deadline) -> Response:
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
    sent = [http.send(request), http.send(h11.Data(content)), http.send(h11.EndOfMessage())]
    connection.settimeout(deadline.remaining())
    connection.sendall(b"".join(part for part in sent if part))
    head, body, event = None, bytearray(), None
    for event in _events(http, connection, deadline):
        if isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            _check_size(len(body), MAX_PAYLOAD_BYTES)
        elif not isinstance(event, h11.InformationalResponse):
            break
    if head is None or not isinstance(event, h11.EndOfMessage):
        raise ValueError("its response has no end")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    return Response(head.status_code, headers, bytes(body))


def _events(http: h11.Connection, connection: socket.socket, deadline: _Deadline) -> Iterator[Any]:
    received = 0
    for _ in range(_MAX_PIECES):
        connection.settimeout(deadline.remaining())
        event = http.next_event()
        if event is not h11.NEED_DATA:
            yield event
            continue
        chunk = connection.recv(_CHUNK)
        received += len(chunk)
        _check_size(received, _MAX_RECEIVED_BYTES)
        http.receive_data(chunk)
    raise ValueError("its response comes in too many pieces")


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise ValueError("its response is larger than 6 MB")
