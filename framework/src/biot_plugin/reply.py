"""What goes back to whoever called: a function URL reply (contract sections 1.3 and 8).

The body is always text. Lambda would write a dict as JSON, too, but would leave the error about what cannot be written
to itself, and the headers out.
"""

from __future__ import annotations

import base64
from typing import Any, TypedDict

from biot_plugin.errors import Reject
from biot_plugin.settings import Settings
from biot_plugin.wire import strict_json
from biot_plugin.wire.trace import Trace


class ErrorBody(TypedDict):
    """The platform's error body (contract section 8)."""

    code: str
    message: str
    serviceName: str
    traceId: str
    environment: str
    details: dict[str, Any]


class Reply(TypedDict):
    """A function URL reply."""

    statusCode: int
    headers: dict[str, str]
    body: str
    isBase64Encoded: bool


def success(body: dict[str, Any] | None, trace: Trace) -> Reply:
    """The reply to a hook that went well; `body` is None where the platform looks at the status alone.

    Raises:
        TypeError: The body holds what JSON does not know.
        ValueError: The body holds what JSON cannot say, such as NaN or itself.
    """
    return _reply(200, "" if body is None else strict_json.dumps(body), trace, "application/json")


def rejection(reject: Reject, trace: Trace, settings: Settings) -> Reply:
    """The reply to a call that was stopped, with the platform's error body."""
    try:
        details = strict_json.loads(strict_json.dumps(reject.details))
    except (TypeError, ValueError):
        details = {}
    body: ErrorBody = {
        "code": str(reject.code),
        "message": str(reject.message),
        "serviceName": settings.app_name,
        "traceId": trace.trace_id,
        "environment": settings.environment,
        "details": details,
    }
    reply = _reply(reject.status, strict_json.dumps(body), trace, "application/json")
    reply["headers"].update(reject.headers)
    return reply


def failure(trace: Trace, settings: Settings) -> Reply:
    """The reply to a call that failed for a reason that is nobody else's business."""
    return rejection(Reject(500, "INTERNAL_SERVER_ERROR", "The plugin failed to handle the call"), trace, settings)


def direct(result: object, trace: Trace) -> Reply | dict[str, Any]:
    """The reply to a direct call, made of what its handler returned.

    Raises:
        TypeError: It holds what JSON does not know.
        ValueError: It holds what JSON cannot say, or is no complete reply.
    """
    if result is None:
        return _reply(204, "", trace, None)
    if isinstance(result, str):
        return _reply(200, result, trace, "text/plain; charset=utf-8")
    if isinstance(result, bytes):
        reply = _reply(200, base64.b64encode(result).decode(), trace, "application/octet-stream")
        return {**reply, "isBase64Encoded": True}
    if isinstance(result, dict) and "statusCode" in result:
        return _complete(result, trace)
    return _reply(200, strict_json.dumps(result), trace, "application/json")


def _complete(result: dict[str, Any], trace: Trace) -> dict[str, Any]:
    """A whole reply as its author wrote it, with the trace added and the body as text."""
    headers, body = result.get("headers") or {}, result.get("body")
    if not isinstance(headers, dict) or not isinstance(result["statusCode"], int):
        raise ValueError("a reply needs a number as statusCode and a dict as headers")
    if body is not None and not isinstance(body, str):
        headers, body = {"content-type": "application/json", **headers}, strict_json.dumps(body)
    complete = {**result, "headers": {"traceparent": trace.traceparent, **headers}, "body": body or ""}
    strict_json.dumps(complete)  # Raises here, where the error is explained, rather than in Lambda.
    return complete


def _reply(status: int, body: str, trace: Trace, content_type: str | None) -> Reply:
    headers = {"traceparent": trace.traceparent}
    if content_type and body:
        headers["content-type"] = content_type
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
