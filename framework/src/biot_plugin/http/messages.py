"""HTTP requests and responses."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

#: The `user-agent` of every request to the platform.
USER_AGENT = "biot-plugin"

#: Bytes that a response may have: more than any API sends, and half of the memory of the smallest function.
MAX_BYTES = 64 * 1024 * 1024


class Request(NamedTuple):
    """An HTTP request.

    Attributes:
        method: The HTTP method.
        url: The full URL.
        headers: Values by lower-case name.
        content: The body.
        max_bytes: The bytes that the response may have; a larger one is an error.
    """

    method: str
    url: str
    headers: dict[str, str]
    content: bytes = b""
    max_bytes: int = MAX_BYTES

    @property
    def call(self) -> str:
        """Method and path, for error messages; no query, which may hold names or the signature of a URL."""
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def trace_id(self) -> str | None:
        """The trace id in the `traceparent` header."""
        parts = self.headers.get("traceparent", "").split("-")
        return parts[1] if len(parts) == 4 else None


class Response(NamedTuple):
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        headers: Values by lower-case name.
        content: The body.
    """

    status: int
    headers: dict[str, str]
    content: bytes
