"""Sends what one event calls the platform for: in its trace, and within its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from biot_plugin.api_client.request import Query, api_headers, api_path
from biot_plugin.http.exchange import Answer, Request
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.wire import strict_json

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

    from biot_plugin.api_client.shared_session import Transport
    from biot_plugin.events.base import LambdaContext


class Caller:
    """Sends the calls of one event.

    Args:
        transport: What carries them.
        traceparent: The trace of the event.
        context: Lambda's context; without one there is no deadline.
        logger: Is told where a call is tried again.
    """

    #: Seconds that a call may take where nothing else is said.
    TIMEOUT = 30.0
    #: Seconds of the invocation that are kept for what the handler does when a call took too long.
    RESERVE = 0.5

    def __init__(self, transport: Transport, traceparent: str, context: LambdaContext | None, logger: Logger) -> None:
        self.base_url = transport.base_url
        self.traceparent = traceparent
        self._transport = transport
        self._context = context
        self._logger = logger

    @property
    def seconds_left(self) -> float:
        """Seconds that a call may take before Lambda ends the invocation; 0 where there are none."""
        if self._context is None:
            return self.TIMEOUT
        return max(0.0, self._context.get_remaining_time_in_millis() / 1000 - self.RESERVE)

    def limit(self, timeout: float | None) -> TimeLimit:
        """The time of a call that may take so many seconds at most."""
        return TimeLimit(min(self.TIMEOUT if timeout is None else timeout, self.seconds_left))

    def request(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        allow_interception: bool = False,
    ) -> Request:
        """A call of the API.

        Raises:
            ValueError: The path or a header is not one for the API, or the body is not JSON.
            TypeError: The body is not JSON, or the query has what cannot be written in one.
        """
        content = b"" if json is None else strict_json.dumps(json).encode()
        sent = api_headers(self.traceparent, headers, interception=allow_interception)
        return Request(method, self.base_url + api_path(path, query), sent, content)

    def call(self, request: Request, time: TimeLimit) -> Answer:
        """Sends a call of the API. Raises PlatformError."""
        return self._transport.call(request, time, self._tell)

    def transfer(self, request: Request, time: TimeLimit) -> Answer:
        """Sends a file to a signed address, or gets one from there. Raises PlatformError."""
        return self._transport.transfer(request, time, self._tell)

    def token(self) -> str:
        """The token of the plugin's service user. Raises PlatformError."""
        return self._transport.token(self.traceparent, self.limit(None))

    def _tell(self, what: str) -> None:
        self._logger.info(f"Calling the platform: {what}")
