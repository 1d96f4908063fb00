"""Sends calls to the platform over HTTP, as the plugin's service user."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from biot_plugin.api_client.headers import api_headers
from biot_plugin.api_client.retries import SAFE_METHODS, OnRetry, send_with_retries
from biot_plugin.api_client.retry_budget import RetryBudget
from biot_plugin.api_client.service_login import ServiceLogin
from biot_plugin.api_client.transport import Transport
from biot_plugin.http.connection_pool import ConnectionPool
from biot_plugin.http.messages import Request, Response
from biot_plugin.http.origin import Origin
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.platform_errors import NotConfigured
from biot_plugin.settings import Credentials

_UNAUTHORIZED = 401
_HINT = "the platform sets it for the plugins that it runs; set it where you run the plugin yourself"


class HttpTransport(Transport):
    """Sends calls over persistent connections, with one token for all. Safe for several threads.

    Args:
        base_url: The platform's API root, `BIOT_BASE_URL`.
        credentials: The plugin's service user.

    Raises:
        NotConfigured: One of them is missing, or the base URL is not valid.
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
            raise NotConfigured("event.biot", f"BIOT_BASE_URL is not valid: {error}") from None
        self.base_url = base_url
        self._connections = ConnectionPool()
        self._budget = RetryBudget()
        self._login = ServiceLogin(
            base_url, credentials.id, self._key_reader(credentials), self._connections.send, self._budget
        )

    def _key_reader(self, credentials: Credentials) -> Callable[[TimeLimit], str]:
        if credentials.secret_key:
            return lambda _: credentials.secret_key
        from biot_plugin.service_key.secrets_manager import read_key

        return partial(read_key, credentials.secret_arn, self._connections.send)

    def prefetch(self, traceparent: str) -> None:
        """Log in early, if possible."""
        self._login.prefetch(api_headers(traceparent))

    def token(self, traceparent: str, time: TimeLimit) -> str:
        """Return the token of the plugin's service user.

        Raises:
            PlatformError: The log-in failed.
        """
        return self._login.token(api_headers(traceparent), time)

    def call(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        """Send an API call; where the platform refuses the token, send it once more with a new one.

        Raises:
            PlatformError: The log-in failed, or there is no response.
        """
        headers = api_headers(request.headers["traceparent"])
        token = self._login.token(headers, time)
        response = self._send_as(token, request, time, on_retry)
        if response.status == _UNAUTHORIZED:
            newer = self._login.replace(token, headers, time)
            if newer is None:
                return response
            token, response = newer, self._send_as(newer, request, time, on_retry)
        if response.status != _UNAUTHORIZED:
            self._login.mark_accepted(token)
        return response

    def transfer(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        """Send a file to a signed URL, or fetch one from there.

        Raises:
            PlatformUnreachable: There is no complete response.
        """
        return self._send(request, time, on_retry)

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def _send_as(self, token: str, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        return self._send(request._replace(headers=headers), time, on_retry)

    def _send(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        safe, deletes = request.method in SAFE_METHODS, request.method == "DELETE"
        send = partial(self._connections.send, request, time)
        return send_with_retries(send, safe=safe, time=time, budget=self._budget, on_retry=on_retry, deletes=deletes)
