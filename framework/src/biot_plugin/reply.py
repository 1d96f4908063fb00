"""The reply to an event: a function URL response (contract sections 1.3 and 8).

The body is always text. Lambda would serialize a dict as well, but would then report what cannot be serialized itself,
and leave out the headers.
"""

from __future__ import annotations

import base64
from typing import Any

from biot_plugin.errors import Reject
from biot_plugin.settings import Settings
from biot_plugin.wire import strict_json
from biot_plugin.wire.trace import Trace

#: `statusCode`, `headers`, `body` and `isBase64Encoded`.
Reply = dict[str, Any]


def hook_reply(body: dict[str, Any] | None, trace: Trace) -> Reply:
    """Build the reply of a hook that let the call pass; `body` is None where the platform reads only the status.

    Raises:
        TypeError: The body contains a type that JSON does not have.
        ValueError: The body contains what JSON cannot express, such as NaN or itself.
    """
    return _reply(200, "" if body is None else strict_json.dumps(body), trace, "application/json")


def direct_reply(result: object, trace: Trace) -> Reply:
    """Build the reply to a direct call from what its handler returned.

    Raises:
        TypeError: It contains a type that JSON does not have.
        ValueError: It contains what JSON cannot express, or is an incomplete reply.
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


def error_reply(reject: Reject, trace: Trace, settings: Settings) -> Reply:
    """Build the reply to a rejected call, with the platform's error body (contract section 8)."""
    try:
        details = strict_json.loads(strict_json.dumps(reject.details))
    except (TypeError, ValueError):
        details = {}
    body = {
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


def internal_error_reply(trace: Trace, settings: Settings) -> Reply:
    """Build the reply to a call that failed with an unexpected error, whose text the caller must not see."""
    return error_reply(Reject(500, "INTERNAL_SERVER_ERROR", "The plugin failed to handle the call"), trace, settings)


def _complete(result: dict[str, Any], trace: Trace) -> Reply:
    """Add the trace to a reply that the handler built itself, and make its body text."""
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
