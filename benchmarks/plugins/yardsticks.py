"""What the overhead of a small event is measured by: a bare function, and powertools' resolvers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

__all__ = ["BARE", "POWERTOOLS", "Handle", "bare", "powertools"]

BARE = "bare function, json.loads and json.dumps"
POWERTOOLS = "powertools LambdaFunctionUrlResolver"

Handle = Callable[..., Any]


def bare(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Parse an event, and write what came."""
    body = json.loads(event["body"])
    return {"statusCode": 200, "body": json.dumps({"response": body["response"]})}


def powertools(resolver: Callable[[], Any]) -> Handle:
    """The same with a resolver of powertools."""
    app = resolver()

    @app.post("/")  # type: ignore[untyped-decorator]
    def root() -> dict[str, Any]:
        return {"response": app.current_event.json_body["response"]}

    handle: Handle = app.resolve
    return handle
