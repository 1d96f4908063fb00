"""The interface between API calls and what sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from biot_plugin.api_client.retrying.attempts import OnRetry
    from biot_plugin.http.messages import Request, Response
    from biot_plugin.http.time_limit import TimeLimit


class Transport(Protocol):
    """Sends calls to the platform: over HTTP, or to a test's fake."""

    #: The platform's API root.
    base_url: str

    def prefetch(self, traceparent: str) -> None:
        """Log in early, if possible."""
        ...

    def token(self, traceparent: str, time: TimeLimit) -> str:
        """Return the token of the plugin's service user."""
        ...

    def call(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        """Send an API call, with the plugin's token."""
        ...

    def transfer(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        """Send a file to a signed URL, or fetch one from there, without the plugin's token."""
        ...

    def close(self) -> None:
        """Close the connections; later calls open new ones."""
        ...
