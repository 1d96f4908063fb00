"""The HTTP connection to the platform: limits, headers, and errors of requests that got no response."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.client import BadStatusLine, LineTooLong, RemoteDisconnected, UnknownProtocol
from ssl import SSLCertVerificationError
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    InvalidChunkLength,
    InvalidHeader,
    LocationValueError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.platform.errors import AnswerLost, NotThePlatform, Unreachable
from biot_plugin_cli.platform.limited_connections import MAX_BYTES, TooLarge
from biot_plugin_cli.platform.proxies import LOOPBACK, pool_for

__all__ = ["Connection", "Form", "is_untrusted"]

_TIMEOUT = urllib3.Timeout(connect=10, read=180)
# By default urllib3 would repeat requests that must be sent once, and follow redirects with the token.
_NO_RETRIES = urllib3.Retry(0, redirect=False)
# Many pages of a search are no way around the limit.
_MAX_BYTES_IN_TOTAL = 16 * MAX_BYTES
_MEGABYTE = 1024 * 1024
_PIECE = 64 * 1024
# The text of these errors has what the server sent, which may be the token that it got.
_QUOTING = (BadStatusLine, LineTooLong, UnknownProtocol, InvalidChunkLength, InvalidHeader, ValueError)
_HEADERS = {"accept": "application/json", "user-agent": "biot-plugin"}

Form = Mapping[str, str | tuple[str, bytes, str]]
"""The parts of a multipart form, in order: a text, or file name, content and content type."""


class Connection:
    """A connection that sends each request once. Responses are limited, each and all together.

    Args:
        base_url: The base URL of the platform's APIs.

    Raises:
        UsageError: The URL would send the credentials unencrypted, or the proxy setting is invalid.
    """

    def __init__(self, base_url: str) -> None:
        url = urlsplit(base_url)
        if url.scheme != "https" and url.hostname not in LOOPBACK:
            raise UsageError(f"Refusing to send credentials to {base_url} over http: use https")
        self.base_url = base_url.rstrip("/")
        self._received = 0
        self._pool = pool_for(base_url, timeout=_TIMEOUT, retries=_NO_RETRIES)

    def close(self) -> None:
        """Close all open connections."""
        self._pool.clear()

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: Form | bytes | None = None
    ) -> tuple[int, bytes]:
        """Send a request and return the status and the body of the response.

        Raises:
            Unreachable: The request was not sent.
            AnswerLost: The request may have been sent, but there was no response.
            NotThePlatform: The response is too large, or cannot be decoded.
        """
        content, content_type = _encode(body)
        all_headers = {**_HEADERS, **content_type, **headers}
        try:
            response = self._pool.request(
                method, self.base_url + path, body=content, headers=all_headers, preload_content=False
            )
            return response.status, self._read(response)
        except (HTTPError, TooLarge) as error:
            raise self._translate(error) from error

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """Read a body, which may be compressed although that was not asked for.

        Raises:
            TooLarge: It is too large, or together with the others.
        """
        content = bytearray()
        try:
            if (response.length_remaining or 0) > MAX_BYTES:
                raise TooLarge
            for piece in response.stream(_PIECE, decode_content=True):
                content += piece
                self._received += len(piece)
                if len(content) > MAX_BYTES or self._received > _MAX_BYTES_IN_TOTAL:
                    raise TooLarge
        except BaseException as error:
            response.close()
            # urllib3 takes chunks of negative lengths for lengths.
            if isinstance(error, ValueError):
                raise ProtocolError("Invalid response", error) from error
            raise
        return bytes(content)

    def _translate(self, error: HTTPError | TooLarge) -> Unreachable | AnswerLost:
        cause = getattr(error, "reason", None) or error
        if any(isinstance(item, TooLarge) for item in (cause, *cause.args)):
            return NotThePlatform(
                self.base_url, f"it is larger than {MAX_BYTES // _MEGABYTE} MB, or too large with the ones before"
            )
        if isinstance(cause, DecodeError):
            return NotThePlatform(self.base_url, "it cannot be decompressed")
        if isinstance(cause, ProxyError):
            proxy = self._pool.proxy and self._pool.proxy.netloc
            return Unreachable(
                f"Cannot connect to {self.base_url} through the proxy {proxy} ({_reason(cause.original_error)}): "
                "check HTTPS_PROXY, or add the host to NO_PROXY"
            )
        if is_untrusted(cause):
            return Unreachable(
                f"Cannot verify the certificate of {self.base_url} ({_reason(cause)}): "
                "check the URL, or set SSL_CERT_FILE to the certificates to trust"
            )
        if isinstance(cause, NewConnectionError | ConnectTimeoutError | LocationValueError):
            return Unreachable(f"Cannot connect to {self.base_url} ({_reason(cause)}): check the URL and the network")
        return AnswerLost(f"Lost the connection to {self.base_url} before it responded ({_reason(cause)})")


def _encode(body: Form | bytes | None) -> tuple[bytes | None, dict[str, str]]:
    if body is None:
        return None, {}
    if isinstance(body, bytes):
        return body, {"content-type": "application/json"}
    content, content_type = urllib3.encode_multipart_formdata(list(body.items()))
    return content, {"content-type": content_type}


def is_untrusted(error: object) -> bool:
    """Whether a connection failed as the certificate is not valid; a connection lost in the handshake says nothing."""
    return isinstance(error, SSLError) and any(isinstance(cause, SSLCertVerificationError) for cause in error.args)


def _reason(error: object) -> str:
    """Return the reason of a failed connection, without urllib3's decoration."""
    if isinstance(error, ProtocolError) and len(error.args) > 1:
        error = error.args[1]
    if isinstance(error, ReadTimeoutError | TimeoutError):
        return "no response in time"
    if isinstance(error, _QUOTING) and not isinstance(error, RemoteDisconnected):
        return "the response is not valid HTTP"
    text = str(error).rpartition(": ")[2] if isinstance(error, NewConnectionError) else str(error)
    return re.sub(r"\[Errno -?\d+\] ", "", " ".join(text.split())) or type(error).__name__
