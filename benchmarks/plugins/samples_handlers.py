"""Handlers of each kind of event as the platform's samples have them, which change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from benchmarks.plugins.samples_way import claims_of

__all__ = ["handler_of"]

Handle = Callable[..., dict[str, Any]]
Body = dict[str, Any]


def _token(event: dict[str, Any], _body: Body) -> str:
    token: str = event["headers"]["authorization"].removeprefix("Bearer ")
    return token


def _token_in_body(_event: dict[str, Any], body: Body) -> str:
    token: str = body["jwt"]
    return token


#: What each kind of event is answered with, where its token is, and the scope that it must have.
_KINDS: dict[str, tuple[Callable[[Body], Any], Callable[[dict[str, Any], Body], str], str | None]] = {
    "PRE_REQUEST": (lambda body: {"request": body["request"]}, _token, "PLUGIN_INTERCEPTOR"),
    "POST_REQUEST": (lambda body: {"response": body["response"]}, _token, "PLUGIN_INTERCEPTOR"),
    "ADAPT_ENTITY": (lambda body: {"response": body["response"]}, _token, "PLUGIN_INTERCEPTOR"),
    "NOTIFICATION": (lambda _body: None, _token_in_body, "ACTION_NOTIFICATION"),
    "DIRECT": (lambda body: {"length": len(body)}, _token, None),
}


def handler_of(kind: str, *, verified: bool) -> Handle:
    """A function that answers a kind of event.

    Args:
        kind: The kind of event.
        verified: Whether it verifies its caller, with a key that it fetches for that.
    """
    answer, token_of, scope = _KINDS[kind]

    def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
        body = json.loads(event["body"])
        if verified:
            claims = claims_of(token_of(event, body))
            if scope and scope not in claims["scopes"]:
                return {"statusCode": 403, "body": json.dumps({"code": "ACCESS_DENIED"})}
        reply = answer(body)
        return {"statusCode": 200} if reply is None else {"statusCode": 200, "body": json.dumps(reply)}

    return handle
