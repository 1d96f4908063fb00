"""A function URL response.

The body is always text. Lambda would serialize a dict as well, but would then report what cannot be serialized itself,
and leave out the headers.
"""

from __future__ import annotations

from typing import Any

from biot_plugin.wire.trace import Trace

#: `statusCode`, `headers`, `body` and `isBase64Encoded`.
Reply = dict[str, Any]

JSON = "application/json"


def build(status: int, body: str, trace: Trace, content_type: str | None) -> Reply:
    """Build a response with a body that is well-formed text."""
    headers = {"traceparent": trace.traceparent}
    if content_type and body:
        headers["content-type"] = content_type
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
