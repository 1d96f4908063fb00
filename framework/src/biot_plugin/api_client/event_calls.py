"""Sends the API calls of one event: in its trace, and before its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from biot_plugin.api_client.headers import api_headers
from biot_plugin.api_client.paths import Query, api_path
from biot_plugin.http.messages import Request, Response
from biot_plugin.wire import strict_json

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

    from biot_plugin.api_client.deadline import Deadline
    from biot_plugin.api_client.transport import Transport
    from biot_plugin.http.time_limit import TimeLimit


class EventClient:
    """Sends the API calls of one event.

    Args:
        transport: Sends the calls.
        traceparent: The trace of the event.
        deadline: The deadline of the invocation.
        logger: Logs retries.
    """

    def __init__(self, transport: Transport, traceparent: str, deadline: Deadline, logger: Logger) -> None:
        self.base_url = transport.base_url
        self.traceparent = traceparent
        self.deadline = deadline
        self._transport = transport
        self.logger = logger

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
        """Build the request of an API call.

        Raises:
            ValueError: The path or a header is not allowed, or the body cannot be written as JSON.
            TypeError: The body cannot be written as JSON, or the query has a value of an unsupported type.
        """
        content = b"" if json is None else strict_json.dumps(_plain(json)).encode()
        all_headers = api_headers(self.traceparent, headers, interception=allow_interception)
        return Request(method, self.base_url + api_path(path, query), all_headers, content)

    def call(self, request: Request, time: TimeLimit) -> Response:
        """Send an API call. Raises PlatformError."""
        return self._transport.call(request, time, self._log_retry)

    def transfer(self, request: Request, time: TimeLimit) -> Response:
        """Send a file to a signed URL, or fetch one from there. Raises PlatformError."""
        return self._transport.transfer(request, time, self._log_retry)

    def token(self) -> str:
        """Return the token of the plugin's service user. Raises PlatformError."""
        return self._transport.token(self.traceparent, self.deadline.limit())

    def log(self, message: str) -> None:
        """Log what happened to a call."""
        self.logger.info(message)

    def _log_retry(self, reason: str) -> None:
        self.logger.info(f"Calling the platform: {reason}")


def _plain(json: Any) -> Any:
    """Return the JSON of a body. Raises TypeError where it has none."""
    if isinstance(json, (dict, list, str, int, float)):
        return json
    from biot_plugin.api_client.answers import to_json  # late: most plugins have no types

    return to_json(json)
