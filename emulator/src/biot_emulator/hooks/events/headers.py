"""The headers of the platform's call to a plugin (contract section 1.2)."""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.event_kind import EventKind

__all__ = ["hook_headers"]

_USER_AGENTS = {EventKind.NOTIFICATION: "ReactorNetty/1.2.10"}
_USER_AGENT = "Apache-HttpClient/5.1.4 (Java/17.0.6)"
_ACCEPT = "application/json, application/octet-stream, application/cbor, application/*+json"


def hook_headers(kind: EventKind, call: Call, token: str | None) -> dict[str, str]:
    """Return the headers of the platform's call to a plugin.

    Args:
        kind: The kind of hook.
        call: The call of an API that the plugin is called for.
        token: The platform's token; None where it is in the body.
    """
    headers = {
        "accept": "*/*" if kind is EventKind.NOTIFICATION else _ACCEPT,
        "content-type": "application/json",
        "hooktype": kind.value,
        "traceparent": call.traceparent,
        "user-agent": _USER_AGENTS.get(kind, _USER_AGENT),
    }
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
        if language := call.headers.get("accept-language"):
            headers["accept-language"] = language
    return headers
