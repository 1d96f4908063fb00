"""Replaces the placeholder `SIGN_ME` in events by signed tokens."""

from __future__ import annotations

from typing import Any

from biot_plugin.testing.event_shapes import SIGN_ME
from biot_plugin.testing.token_signer import INTERCEPTOR_SCOPE, NOTIFICATION_SCOPE, Signer
from biot_plugin.wire import strict_json

_SCOPES = {
    "INTERCEPTOR_PRE": (INTERCEPTOR_SCOPE,),
    "INTERCEPTOR_POST": (INTERCEPTOR_SCOPE,),
    "INTERCEPTOR_POST_ENTITY": (INTERCEPTOR_SCOPE,),
    "NOTIFICATION": (NOTIFICATION_SCOPE,),
}


def signed(event: dict[str, Any], signer: Signer) -> dict[str, Any]:
    """Return the event with a token of its kind in place of `SIGN_ME`, in the header or the body.

    Args:
        event: An event as the platform sends it; its `body` may also be an object, as in readable fixtures.
        signer: Signs the token.
    """
    headers = event.get("headers")
    if not isinstance(headers, dict):
        return event
    scopes = _SCOPES.get(headers.get("hooktype", ""))
    token = signer.user_token() if scopes is None else signer.token(*scopes)
    event = {**event, "headers": {name: _bearer(name, value, token) for name, value in headers.items()}}
    if "body" in event:
        event["body"] = _body(event["body"], token)
    return event


def _bearer(name: str, value: Any, token: str) -> Any:
    return f"Bearer {token}" if name.lower() == "authorization" and value == f"Bearer {SIGN_ME}" else value


def _body(body: Any, token: str) -> Any:
    try:
        parsed = strict_json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return body
    if isinstance(parsed, dict) and parsed.get("jwt") == SIGN_ME:
        parsed = {**parsed, "jwt": token}
    elif isinstance(body, str):
        return body
    return None if parsed is None else strict_json.dumps(parsed)
