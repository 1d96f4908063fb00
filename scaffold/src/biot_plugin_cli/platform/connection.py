"""The HTTP connection to the platform: timeouts, headers, and errors of requests that got no response."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ssl import SSLCertVerificationError
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
)

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.platform.errors import AnswerLost, Unreachable
from biot_plugin_cli.platform.proxies import LOOPBACK, pool_for

__all__ = ["Connection", "Form"]

_TIMEOUT = urllib3.Timeout(connect=10, read=180)
# By default urllib3 would repeat requests that must be sent once, and follow redirects with the token.
_NO_RETRIES = urllib3.Retry(0, redirect=False)
_HEADERS = {"accept": "application/json", "user-agent": "biot-plugin"}

Form = Mapping[str, str | tuple[str, bytes, str]]
"""The parts of a multipart form, in order: a text, or file name, content and content type."""


class Connection:
    """A connection that sends each request once.

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
        """
        content, content_type = _encode(body)
        all_headers = {**_HEADERS, **content_type, **headers}
        try:
            response = self._pool.request(method, self.base_url + path, body=content, headers=all_headers)
        except HTTPError as error:
            raise self._translate(error) from error
        return response.status, response.data

    def _translate(self, error: HTTPError) -> Unreachable | AnswerLost:
        cause = getattr(error, "reason", None) or error
        if isinstance(cause, ProxyError):
            proxy = self._pool.proxy and self._pool.proxy.netloc
            return Unreachable(
                f"Cannot connect to {self.base_url} through the proxy {proxy} ({_reason(cause.original_error)}): "
                "check HTTPS_PROXY, or add the host to NO_PROXY"
            )
        if _is_untrusted(cause):
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


def _is_untrusted(error: object) -> bool:
    return isinstance(error, SSLError) and any(isinstance(cause, SSLCertVerificationError) for cause in error.args)


def _reason(error: object) -> str:
    """Return the reason of a failed connection, without urllib3's decoration."""
    if isinstance(error, ProtocolError) and len(error.args) > 1:
        error = error.args[1]
    text = str(error).rpartition(": ")[2] if isinstance(error, NewConnectionError) else str(error)
    return re.sub(r"\[Errno -?\d+\] ", "", " ".join(text.split())) or type(error).__name__
