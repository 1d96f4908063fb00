"""Calls addresses outside of the platform: plugins that run in an account of their own (contract section 1.4)."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from biot_emulator.errors import EmulatorError
from biot_emulator.http.response import Response
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES

__all__ = ["SECONDS", "Unreachable", "post"]

SECONDS = 30.0
"""How long an address may take to respond."""
_CHUNK = 64 * 1024


class Unreachable(EmulatorError):
    """An address did not respond.

    Attributes:
        timed_out: Whether it took too long.
    """

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


def post(url: str, headers: Mapping[str, str], content: bytes) -> Response:
    """Send a POST request, and return the response, whatever its status is.

    Args:
        url: The address; redirects are not followed, as the token is meant for this address alone.
        headers: The request's headers.
        content: The request's body.

    Raises:
        Unreachable: There was no response.
    """
    seconds = SECONDS
    deadline = time.monotonic() + seconds
    try:
        connection, target = _connection(url, seconds)
        try:
            connection.request("POST", target, content, dict(headers))
            response = connection.getresponse()
            body = _read(response, deadline)
            return Response(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        finally:
            connection.close()
    except TimeoutError:
        raise Unreachable(f"{url} did not respond within {seconds:g} seconds", timed_out=True) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(f"{url} cannot be called: {error}") from error


def _connection(url: str, seconds: float) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is no web address")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return kind(parts.hostname, parts.port, timeout=seconds), path


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    content = bytearray()  # Grows in place: a response may come byte by byte.
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > MAX_PAYLOAD_BYTES:
            raise ValueError("its response is larger than 6 MB")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)
