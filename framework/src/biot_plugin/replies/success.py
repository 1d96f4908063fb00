"""The replies to calls that were handled."""

from __future__ import annotations

import base64
from typing import Any

from biot_plugin.replies.response import JSON, Reply, build
from biot_plugin.wire import strict_json
from biot_plugin.wire.trace import Trace
from biot_plugin.wire.well_formed import well_formed, well_formed_json


class IncompleteReply(ValueError):
    """A handler built a whole reply that Lambda would not send. The message has no value of it."""


def hook_reply(body: str, trace: Trace) -> Reply:
    """Build the reply of a hook that let the call pass; its body is empty where the platform reads only the status."""
    return build(200, body, trace, JSON)


def direct_reply(result: object, trace: Trace) -> Reply:
    """Build the reply to a direct call from what its handler returned.

    Raises:
        TypeError: It contains a type that JSON does not have.
        ValueError: It contains what JSON cannot express, or is an incomplete reply.
    """
    if result is None:
        return build(204, "", trace, None)
    if isinstance(result, str):
        return build(200, well_formed(result), trace, "text/plain; charset=utf-8")
    if isinstance(result, bytes):
        reply = build(200, base64.b64encode(result).decode(), trace, "application/octet-stream")
        return {**reply, "isBase64Encoded": True}
    if is_complete(result):
        return _complete(result, trace)
    return build(200, strict_json.dumps(result), trace, JSON)


def is_complete(result: object) -> bool:
    """Whether a handler's result is a whole reply rather than a body."""
    return isinstance(result, dict) and "statusCode" in result


def _complete(result: Any, trace: Trace) -> Reply:
    """Add the trace to a reply that the handler built itself, and make its body text."""
    headers, body = result.get("headers") or {}, result.get("body")
    if not _is_status(result["statusCode"]) or not isinstance(headers, dict):
        raise IncompleteReply("a reply needs a number from 100 to 599 as statusCode and a dict as headers")
    if body is not None and not isinstance(body, str):
        headers, body = {"content-type": JSON, **headers}, strict_json.dumps(body)
    complete = {**result, "headers": {"traceparent": trace.traceparent, **headers}, "body": body or ""}
    strict_json.dumps(complete)  # Raises here, where the error is explained, rather than in Lambda.
    return well_formed_json(complete)  # type: ignore[no-any-return]


def _is_status(status: object) -> bool:
    return isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 599
