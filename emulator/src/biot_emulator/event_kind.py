"""What an event is: the kind of hook that it is for, and its body (contract sections 0.3, 1.1 and 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from biot_emulator.security.token_scopes import TokenKind
from biot_emulator.wire_json import decode

__all__ = ["EventKind", "event_body", "event_kind", "text_value"]


class EventKind(Enum):
    """Who calls the plugin, and why; the value is the platform's name of it (contract section 0.3)."""

    PRE_REQUEST = "INTERCEPTOR_PRE"
    POST_REQUEST = "INTERCEPTOR_POST"
    ADAPT_ENTITY = "INTERCEPTOR_POST_ENTITY"
    NOTIFICATION = "NOTIFICATION"
    SCHEDULED = "SCHEDULED"
    DIRECT = "NONSPECIFIC"

    @property
    def token_kind(self) -> TokenKind:
        """The kind of token that comes with such an event."""
        if self is EventKind.NOTIFICATION:
            return "notification"
        return "user" if self is EventKind.DIRECT else "interceptor"


_HOOKS = {
    kind.value: kind
    for kind in (EventKind.PRE_REQUEST, EventKind.POST_REQUEST, EventKind.ADAPT_ENTITY, EventKind.NOTIFICATION)
}


def event_kind(event: Mapping[str, Any]) -> EventKind:
    """Tell an event's kind from its `hooktype` header or, without headers, from its scheduled shape."""
    headers = event.get("headers")
    if isinstance(headers, dict):
        values = [value for name, value in headers.items() if name.lower() == "hooktype"]
        return _HOOKS.get(values[-1], EventKind.DIRECT) if values and isinstance(values[-1], str) else EventKind.DIRECT
    scheduled = event.get("source") == "aws.events" and event.get("detail-type") == "Scheduled Event"
    return EventKind.SCHEDULED if scheduled else EventKind.DIRECT


def event_body(event: Mapping[str, Any]) -> Any:
    """Return an event's body: the parsed value where it is JSON, else the text."""
    body = event.get("body")
    if not isinstance(body, str) or event.get("isBase64Encoded") is True:
        return body
    return text_value(body)


def text_value(text: str) -> Any:
    """Return the parsed value of a text that is JSON; of any other, the text."""
    try:
        return decode(text)
    except ValueError:
        return text
