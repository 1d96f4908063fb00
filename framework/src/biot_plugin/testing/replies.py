"""The replies of a plugin, parsed for assertions."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from biot_plugin.wire import http_status


class Error(NamedTuple):
    """The platform's error body (contract section 8)."""

    code: str
    message: str
    trace_id: str
    service_name: str
    environment: str
    details: dict[str, Any]


class Request(NamedTuple):
    """The request in the reply to a PRE_REQUEST event."""

    path: str
    body: Any
    headers: dict[str, str]
    query_parameters: dict[str, list[str]]


class Response(NamedTuple):
    """The response in the reply to a POST_REQUEST event."""

    status: str
    body: Any

    @property
    def status_code(self) -> int | None:
        """The status as a number."""
        return http_status.parse(self.status)


class Entities(NamedTuple):
    """The response in the reply to an ADAPT_ENTITY event."""

    status: str
    entities: list[Any]

    @property
    def status_code(self) -> int | None:
        """The status as a number."""
        return http_status.parse(self.status)


class Reply:
    """A reply of a plugin, to an event of any kind.

    Attributes:
        raw: The return value of the plugin's entry point.
        status_code: The HTTP status of the reply: 200 where a hook let the call pass.
        headers: The reply's headers.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.status_code: int = raw["statusCode"]
        self.headers: dict[str, str] = dict(raw.get("headers") or {})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code} {self.content.decode(errors='replace')}>"

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        body = self.raw.get("body") or ""
        return base64.b64decode(body) if self.raw.get("isBase64Encoded") else body.encode()

    @property
    def body(self) -> Any:
        """The body: parsed where it is JSON, otherwise text; None where it is empty."""
        text = self.content.decode()
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text

    @property
    def error(self) -> Error | None:
        """The error body; None where the plugin did not stop the call."""
        if self.status_code < 400:
            return None
        body = self.body
        return Error(
            body["code"],
            body["message"],
            body["traceId"],
            body["serviceName"],
            body["environment"],
            body.get("details", {}),
        )

    @property
    def trace_id(self) -> str:
        """The trace id in the reply's headers."""
        return self.headers["traceparent"].split("-")[1]

    def _part(self, name: str) -> dict[str, Any]:
        if self.error is not None:
            raise AssertionError(
                f"the plugin stopped the call: {self.status_code} {self.error.code}: {self.error.message}"
            )
        part: dict[str, Any] = self.body[name]
        return part


class PreReply(Reply):
    """The reply to a PRE_REQUEST event."""

    @property
    def request(self) -> Request:
        """The request that the plugin returned. Raises AssertionError where it stopped the call."""
        part = self._part("request")
        return Request(part["path"], part.get("body"), part.get("headers") or {}, part.get("queryParameters") or {})


class PostReply(Reply):
    """The reply to a POST_REQUEST event."""

    @property
    def response(self) -> Response:
        """The response that the plugin returned. Raises AssertionError where it stopped the call."""
        part = self._part("response")
        return Response(part["httpStatusCode"], part.get("body"))


class AdaptReply(Reply):
    """The reply to an ADAPT_ENTITY event."""

    @property
    def response(self) -> Entities:
        """The response that the plugin returned. Raises AssertionError where it stopped the call."""
        part = self._part("response")
        return Entities(part["httpStatusCode"], part.get("entities") or [])
