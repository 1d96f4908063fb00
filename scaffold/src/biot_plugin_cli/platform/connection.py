"""The connection to the platform: one request, and what it says when that does not arrive."""

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
# Urllib3 would repeat what must not be repeated, and follow redirections with the token.
_ONCE = urllib3.Retry(0, redirect=False)

Form = Mapping[str, str | tuple[str, bytes, str]]
"""The parts of a multipart form, in order: texts, or file name, content and content type."""


class Connection:
    """Sends requests to the platform, each of them once.

    Args:
        base_url: Where the platform is.

    Raises:
        UsageError: The address would carry the credentials in the open, or the proxy before it cannot be used.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise UsageError(f"{base_url} would carry the credentials in the open: use https")
        self.base_url = base_url.rstrip("/")
        self._pool = pool_for(base_url, timeout=_TIMEOUT, retries=_ONCE)

    def close(self) -> None:
        """Close what is open."""
        self._pool.clear()

    def send(
        self, method: str, path: str, headers: Mapping[str, str], sent: Form | bytes | None = None
    ) -> tuple[int, bytes]:
        """Send a request, and give the status and the body of the answer.

        Raises:
            Unreachable: It did not go out.
            AnswerLost: It may have gone out, and no answer came.
        """
        content, content_type = _encoded(sent)
        everything = {"accept": "application/json", "user-agent": "biot-plugin", **content_type, **headers}
        try:
            answer = self._pool.request(method, self.base_url + path, body=content, headers=everything)
        except HTTPError as error:
            raise self._failure(error) from error
        return answer.status, answer.data

    def _failure(self, error: HTTPError) -> Unreachable | AnswerLost:
        cause = getattr(error, "reason", None) or error
        if isinstance(cause, ProxyError):
            proxy = self._pool.proxy and self._pool.proxy.netloc
            return Unreachable(
                f"The proxy {proxy} does not connect to {self.base_url}: {_words(cause.original_error)}; "
                "correct HTTPS_PROXY, or name the platform's host in NO_PROXY"
            )
        if isinstance(cause, NewConnectionError | ConnectTimeoutError | LocationValueError) or _is_untrusted(cause):
            return Unreachable(f"{self.base_url} cannot be reached: {_words(cause)}")
        return AnswerLost(f"{self.base_url} was cut off before it answered: {_words(cause)}")


def _encoded(sent: Form | bytes | None) -> tuple[bytes | None, dict[str, str]]:
    if sent is None or isinstance(sent, bytes):
        return sent, {}
    content, content_type = urllib3.encode_multipart_formdata(list(sent.items()))
    return content, {"content-type": content_type}


def _is_untrusted(cause: object) -> bool:
    return isinstance(cause, SSLError) and any(isinstance(one, SSLCertVerificationError) for one in cause.args)


def _words(reason: object) -> str:
    if isinstance(reason, ProtocolError) and len(reason.args) > 1:
        reason = reason.args[1]
    text = str(reason).rpartition(": ")[2] if isinstance(reason, NewConnectionError) else str(reason)
    return re.sub(r"\[Errno -?\d+\] ", "", " ".join(text.split())) or type(reason).__name__
