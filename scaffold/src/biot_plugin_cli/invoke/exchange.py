"""What came in, what goes back, and the difference (contract sections 2.1, 2.4, 3.4 and 4)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from biot_emulator import EventKind, Invocation

__all__ = ["Exchange", "json_text"]

_PART = {"PRE_REQUEST": "request", "POST_REQUEST": "response", "ADAPT_ENTITY": "response"}
"""The part of an interceptor's body that it may change, and gives back."""

_IGNORED = {
    "NOTIFICATION": "The platform ignores the reply to a notification.",
    "SCHEDULED": "Nobody waits for the reply to a schedule.",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """An event and its reply, cut down to what matters.

    Attributes:
        kind: What kind of event it was.
        hook: What it was about: an API, an entity, an action, an address or a time.
        received: The part that the plugin can change or act on.
        returned: The same part of the reply, or the whole reply where it has none.
        diff: The lines of the difference, none when there is no difference; None where the two cannot be compared.
        consequence: What the platform makes of the reply, where that is not what the plugin may expect.
    """

    kind: str
    hook: str
    received: Any
    returned: Any
    diff: list[str] | None
    consequence: str | None

    @classmethod
    def of(cls, event: Mapping[str, Any], invocation: Invocation) -> Self:
        """Look at an event, as its file has it, and at what came of it."""
        from biot_emulator import event_body, event_kind

        kind, body = event_kind(event), event_body(event)
        hook, received = _received(kind, event, body if isinstance(body, dict) else {})
        part, reply = _PART.get(kind.name), invocation.body
        fits = part is not None and 200 <= invocation.status_code < 300 and isinstance(reply, dict) and part in reply
        returned = reply[part] if fits else reply
        return cls(
            kind=kind.name,
            hook=hook,
            received=received,
            returned=returned,
            diff=_diff(received, returned) if fits else None,
            consequence=None if invocation.error else _consequence(kind, part, invocation.status_code, fits=fits),
        )


def json_text(value: Any) -> str:
    """Write JSON for people: bytes are counted, and half a surrogate pair becomes a question mark."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=lambda content: f"<{len(content)} bytes>")
    return text.encode("utf-8", "replace").decode()


def _received(kind: EventKind, event: Mapping[str, Any], body: dict[str, Any]) -> tuple[str, Any]:
    if part := _PART.get(kind.name):
        hook = body.get("entityName") if kind.name == "ADAPT_ENTITY" else body.get("apiId")
        return str(hook or "?"), body.get(part)
    if kind.name == "NOTIFICATION":
        metadata = body.get("metadata") or {}
        described = metadata if isinstance(metadata, dict) else {}
        return f"{described.get('entityTypeName', '?')} {described.get('actionName', '?')}", body.get("data")
    if kind.name == "SCHEDULED":
        return str(event.get("time", "?")), {"time": event.get("time")}
    return _address(event), body or event.get("body")


def _address(event: Mapping[str, Any]) -> str:
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, dict) else None
    method = http.get("method", "?") if isinstance(http, dict) else "?"
    query = event.get("rawQueryString")
    return f"{method} {event.get('rawPath', '?')}" + (f"?{query}" if query else "")


def _consequence(kind: EventKind, part: str | None, status_code: int, *, fits: bool) -> str | None:
    if ignored := _IGNORED.get(kind.name):
        return ignored
    if part is None or fits:
        return None
    if 200 <= status_code < 300:
        return (
            f"The reply lacks {part!r}, and the platform cannot use it: return the {part} that came in, changed or not."
        )
    return f"The platform stops the call, and its caller gets this body with status {status_code}."


def _diff(received: Any, returned: Any) -> list[str]:
    if isinstance(received, dict) and isinstance(returned, dict) and "pathVariables" not in returned:
        # Path variables are for reading, and no part of a reply.
        received = {name: value for name, value in received.items() if name != "pathVariables"}
    before, after = json_text(received), json_text(_in_order_of(received, returned))
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), "received", "returned", lineterm=""))


def _in_order_of(model: Any, value: Any) -> Any:
    """Order the names in objects as the model has them: their order means nothing, and is no difference."""
    if isinstance(model, dict) and isinstance(value, dict):
        names = [name for name in model if name in value] + [name for name in value if name not in model]
        return {name: _in_order_of(model.get(name), value[name]) for name in names}
    if isinstance(model, list) and isinstance(value, list):
        models = model + [None] * (len(value) - len(model))
        return [_in_order_of(one, other) for one, other in zip(models, value, strict=False)]
    return value
