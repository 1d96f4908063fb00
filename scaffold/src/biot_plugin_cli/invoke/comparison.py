"""Compares an event with its reply (contract sections 2.1, 2.4, 3.4 and 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from biot_plugin_cli.invoke.unified_diff import unified_diff

if TYPE_CHECKING:
    from biot_emulator import EventKind, Invocation

__all__ = ["Comparison", "json_text"]

_PART = {"PRE_REQUEST": "request", "POST_REQUEST": "response", "ADAPT_ENTITY": "response"}
"""The part of an interception's body that the plugin may change, and returns."""
_MAX_DEPTH = 100
_TOO_DEEP = "<nested too deeply>"

_IGNORED = {
    "NOTIFICATION": "The platform ignores the reply to a notification.",
    "SCHEDULED": "The platform ignores the reply to a scheduled event.",
}


class Comparison(NamedTuple):
    """The relevant parts of an event and its reply, and their difference.

    Attributes:
        kind: The kind of the event.
        hook: Its API, entity type, action, URL or time.
        received: The part of the event that the plugin can change or act on.
        returned: The same part of the reply, or the whole reply if it lacks it.
        diff: The lines of a unified diff, empty if there is no difference; None if the two cannot be compared.
        consequence: What the platform does with the reply, if that may be unexpected.
        is_unusable: Whether the reply is one of success that the platform cannot use.
    """

    kind: str
    hook: str
    received: Any
    returned: Any
    diff: list[str] | None
    consequence: str | None
    is_unusable: bool

    @classmethod
    def of(cls, event: Mapping[str, Any], invocation: Invocation) -> Self:
        """Compare an event, unchanged from its file, with the reply of its invocation."""
        from biot_emulator import event_body, event_kind
        from biot_emulator.hooks.replies import reply_problem

        kind, body = event_kind(event), _shallow(event_body(event))
        hook, received = _received(kind, event, body if isinstance(body, dict) else {})
        part, reply = _PART.get(kind.name), _shallow(invocation.body)
        is_comparable = (
            part is not None and 200 <= invocation.status_code < 300 and isinstance(reply, dict) and part in reply
        )
        returned = reply[part] if is_comparable else reply
        is_success = invocation.error is None and 200 <= invocation.status_code < 300
        problem = reply_problem(kind, reply) if is_success else None
        if problem and not is_comparable:
            problem = f"it lacks {part!r}"
        return cls(
            kind=kind.name,
            hook=hook,
            received=received,
            returned=returned,
            diff=_diff(received, returned) if is_comparable else None,
            consequence=None if invocation.error else _consequence(kind, part, invocation, problem),
            is_unusable=problem is not None,
        )


def json_text(value: Any) -> str:
    """Format JSON for people; bytes become their length, and lone surrogates a question mark."""
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


def _consequence(kind: EventKind, part: str | None, invocation: Invocation, problem: str | None) -> str | None:
    status_code = invocation.status_code
    if ignored := _IGNORED.get(kind.name):
        return ignored
    if problem:
        return f"The platform cannot use the reply, as {problem}: return the received {part}, changed or not."
    if part is None or 200 <= status_code < 300:
        return None
    return f"The platform stops the call, and its caller receives this body with status {status_code}."


def _diff(received: Any, returned: Any) -> list[str]:
    if isinstance(received, dict) and isinstance(returned, dict) and "pathVariables" not in returned:
        # Path variables are read-only, and not part of a reply.
        received = {name: value for name, value in received.items() if name != "pathVariables"}
    before, after = json_text(received), json_text(_in_order_of(received, returned))
    return unified_diff(before.splitlines(), after.splitlines(), ("received", "returned"))


def _shallow(value: Any, depth: int = 0) -> Any:
    """Copy JSON but for what is nested deeper than anybody reads, and than it could be printed."""
    if not isinstance(value, dict | list):
        return value
    if depth > _MAX_DEPTH:
        return _TOO_DEEP
    if isinstance(value, list):
        return [_shallow(item, depth + 1) for item in value]
    return {name: _shallow(item, depth + 1) for name, item in value.items()}


def _in_order_of(model: Any, value: Any) -> Any:
    """Sort the names in objects as the model does: their order is insignificant, and must not differ."""
    if isinstance(model, dict) and isinstance(value, dict):
        names = [name for name in model if name in value] + [name for name in value if name not in model]
        return {name: _in_order_of(model.get(name), value[name]) for name in names}
    if isinstance(model, list) and isinstance(value, list):
        models = model + [None] * (len(value) - len(model))
        return [_in_order_of(item_model, item) for item_model, item in zip(models, value, strict=False)]
    return value
