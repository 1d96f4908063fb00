"""Carries calls to the platform by HTTP, as the plugin's service user."""

from __future__ import annotations

from functools import partial

from biot_plugin.api_client.request import api_headers
from biot_plugin.api_client.retries import SAFE_METHODS, Tell, with_retries
from biot_plugin.api_client.service_login import ServiceLogin
from biot_plugin.http.connection_pool import Connections
from biot_plugin.http.exchange import Answer, Request
from biot_plugin.http.paced_connection import Origin
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.platform_errors import NotConfigured
from biot_plugin.settings import Credentials

_UNAUTHORIZED = 401
_HINT = "the platform sets it for the plugins that it runs; set it where you run the plugin yourself"


class HttpTransport:
    """Carries calls over connections that stay open, with one token for all. Safe for several threads.

    Args:
        base_url: The platform's API root, `BIOT_BASE_URL`.
        credentials: Who to log in as.

    Raises:
        NotConfigured: One of them is missing or impossible.
    """

    def __init__(self, base_url: str | None, credentials: Credentials | None) -> None:
        if base_url is None:
            raise NotConfigured("event.biot", f"BIOT_BASE_URL is not set: {_HINT}")
        if credentials is None:
            raise NotConfigured(
                "event.biot", f"BIOT_SERVICE_USER_ID or BIOT_SERVICE_USER_SECRET_KEY is not set: {_HINT}"
            )
        try:
            Origin.of(base_url)
        except ValueError as error:
            raise NotConfigured("event.biot", f"BIOT_BASE_URL is not what it should be: {error}") from None
        self.base_url = base_url
        self._connections = Connections()
        self._login = ServiceLogin(base_url, credentials, self._connections.send)

    def prefetch(self, traceparent: str, time: TimeLimit) -> None:
        """Logs in early, if it can."""
        self._login.prefetch(api_headers(traceparent), time)

    def token(self, traceparent: str, time: TimeLimit) -> str:
        """The token of the plugin's service user.

        Raises:
            PlatformError: There is none.
        """
        return self._login.token(api_headers(traceparent), time)

    def call(self, request: Request, time: TimeLimit, tell: Tell) -> Answer:
        """Carries a call of the API; where the token is refused, once more with a new one.

        Raises:
            PlatformError: There is no token, or no answer.
        """
        headers = api_headers(request.headers["traceparent"])
        token = self._login.token(headers, time)
        answer = self._send_as(token, request, time, tell)
        if answer.status == _UNAUTHORIZED:
            newer = self._login.newer_than(token, headers, time)
            if newer is None:
                return answer
            token, answer = newer, self._send_as(newer, request, time, tell)
        if answer.status != _UNAUTHORIZED:
            self._login.accepted(token)
        return answer

    def transfer(self, request: Request, time: TimeLimit, tell: Tell) -> Answer:
        """Carries a file to or from a signed address.

        Raises:
            PlatformUnreachable: No answer came.
        """
        return self._send(request, time, tell)

    def close(self) -> None:
        """Closes the connections that wait for the next call."""
        self._connections.close()

    def _send_as(self, token: str, request: Request, time: TimeLimit, tell: Tell) -> Answer:
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        return self._send(request._replace(headers=headers), time, tell)

    def _send(self, request: Request, time: TimeLimit, tell: Tell) -> Answer:
        safe, deletes = request.method in SAFE_METHODS, request.method == "DELETE"
        send = partial(self._connections.send, request, time)
        return with_retries(send, safe=safe, time=time, tell=tell, deletes=deletes)
