"""The first code of a plugin: it changes nothing, until its developer sends other code."""

import json
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Give back what came, as the kind of hook asks for it."""
    headers = event.get("headers") or {}
    kind = next((value for name, value in headers.items() if name.lower() == "hooktype"), None)
    if kind == "INTERCEPTOR_PRE":
        return {"request": json.loads(event["body"])["request"]}
    if kind in ("INTERCEPTOR_POST", "INTERCEPTOR_POST_ENTITY"):
        return {"response": json.loads(event["body"])["response"]}
    return {"statusCode": 200, "body": json.dumps({"message": "This plugin has no code of its own yet"})}
