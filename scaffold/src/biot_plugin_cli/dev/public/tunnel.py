"""Whether a public URL leads to this session: by a round trip with a text that only the session knows."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

import urllib3
from urllib3.exceptions import HTTPError

from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.http.response import Response
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.http.failure_reasons import is_untrusted
from biot_plugin_cli.http.proxies import pool_for

__all__ = ["Tunnel"]

_PATH = "/.well-known/biot-plugin-dev/"
_TIMEOUT = urllib3.Timeout(connect=5, read=10)
_NO_RETRIES = urllib3.Retry(0, redirect=False)
_WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.5
_HEARTBEAT_SECONDS = 30.0
_UNTRUSTED = "its certificate is not valid"
_TRUST = "have it issued by an authority that the platform trusts, or set SSL_CERT_FILE to the certificates to trust"


class Tunnel:
    """A public URL, and the way back from it.

    Args:
        url: The public URL.
        respond: Responds to all requests that are not this class's own.
    """

    def __init__(self, url: str, respond: Callable[[UrlRequest], Response]) -> None:
        self._url = url
        self._respond = respond
        self._question, self._answer = secrets.token_urlsafe(16), secrets.token_urlsafe(16)

    def respond(self, request: UrlRequest) -> Response:
        """Respond to a request."""
        if request.method == "GET" and request.path.endswith(_PATH + self._question):
            return Response(200, {"content-type": "text/plain"}, self._answer.encode())
        return self._respond(request)

    def require_way(self, local_url: str, stop: threading.Event) -> None:
        """Require that the URL leads here; a tunnel that has just been started gets some seconds.

        Args:
            local_url: Where this session listens, for the message.
            stop: Ends the wait.

        Raises:
            OperationFailed: It does not.
        """
        until = time.monotonic() + _WAIT_SECONDS
        while (problem := self._problem()) and time.monotonic() < until and not stop.wait(_PAUSE_SECONDS):
            pass
        if problem:
            advice = _TRUST if problem == _UNTRUSTED else f"have the tunnel lead to {local_url}"
            raise OperationFailed(f"{self._url} does not lead here ({problem}): {advice}")

    def watch(self, stop: threading.Event, print_line: Callable[[str], None]) -> None:
        """Say when the URL leads here no longer, and when it does again, until the end."""
        was_open = True
        while not stop.wait(_HEARTBEAT_SECONDS):
            problem = self._problem()
            if bool(problem) is was_open:
                was_open = not problem
                state = "leads here again" if was_open else f"no longer leads here ({problem}): see to the tunnel"
                print_line(f"{self._url} {state}")

    def _problem(self) -> str | None:
        """Return why the URL does not lead here; None if it does."""
        pool = pool_for(self._url, timeout=_TIMEOUT, retries=_NO_RETRIES)
        try:
            response = pool.request("GET", self._url.rstrip("/") + _PATH + self._question, preload_content=False)
            content = response.read(len(self._answer) + 1)
            response.close()
        except HTTPError as error:
            cause = getattr(error, "reason", None) or error
            return _UNTRUSTED if is_untrusted(cause) else "it does not respond"
        finally:
            pool.clear()
        return None if content == self._answer.encode() else f"something else answers, with {response.status}"
