"""An event as a fixture has it, and as the platform sends it (contract sections 1.1, 1.2 and 5)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from biot_emulator.errors import InvalidEvent
from biot_emulator.security.tokens import TokenKind
from biot_emulator.wire_json import decode, to_text

__all__ = ["PLACEHOLDER", "EventKind", "event_body", "event_kind", "prepare_event"]

PLACEHOLDER = "SIGN_ME"
"""Stands in a fixture for a token that is signed when the event is sent."""

_BETWEEN = re.compile(r"[\s,:]*")


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
    """Tell what an event is, from its `hooktype` header or, without headers, from its scheduled shape."""
    headers = event.get("headers")
    if isinstance(headers, dict):
        values = [value for name, value in headers.items() if name.lower() == "hooktype"]
        return _HOOKS.get(values[-1], EventKind.DIRECT) if values and isinstance(values[-1], str) else EventKind.DIRECT
    scheduled = event.get("source") == "aws.events" and event.get("detail-type") == "Scheduled Event"
    return EventKind.SCHEDULED if scheduled else EventKind.DIRECT


def event_body(event: Mapping[str, Any]) -> Any:
    """Read an event's body: JSON's value where it is JSON, else as it stands."""
    body = event.get("body")
    if not isinstance(body, str) or event.get("isBase64Encoded") is True:
        return body
    try:
        return decode(body)
    except ValueError:
        return body


def prepare_event(event: Mapping[str, Any], sign: Callable[[TokenKind], str]) -> dict[str, Any]:
    """Make of a fixture the event that is sent; the fixture itself is not changed.

    Where the platform's token belongs, `SIGN_ME` is replaced by a fresh one: `Bearer SIGN_ME` in the `authorization`
    header and, for notifications, the body's `jwt`. Anywhere else it is data and stays. A body that is written as an
    object or a list becomes the JSON text that the platform sends. Every other body stays as it is, byte for byte.

    Args:
        event: The fixture.
        sign: Signs a token of a kind; called only where there is a placeholder.

    Raises:
        InvalidEvent: The body is written as an object that is not JSON.
    """
    kind = event_kind(event)
    prepared = dict(event)
    if isinstance(headers := event.get("headers"), dict):
        prepared["headers"] = {name: _signed_header(name, value, kind, sign) for name, value in headers.items()}
    if "body" in event:
        prepared["body"] = _prepared_body(event, kind, sign)
        if prepared["body"] is not event["body"]:
            _set_content_length(prepared)
    return prepared


def _signed_header(name: str, value: Any, kind: EventKind, sign: Callable[[TokenKind], str]) -> Any:
    if name.lower() == "authorization" and value == f"Bearer {PLACEHOLDER}":
        return f"Bearer {sign(kind.token_kind)}"
    return value


def _prepared_body(event: Mapping[str, Any], kind: EventKind, sign: Callable[[TokenKind], str]) -> Any:
    body, value = event["body"], event_body(event)
    unsigned = kind is EventKind.NOTIFICATION and isinstance(value, dict) and value.get("jwt") == PLACEHOLDER
    token = sign(kind.token_kind) if unsigned else None
    if isinstance(body, str):
        return body if token is None else _with_token(body, token)
    if not isinstance(body, dict | list):
        return body
    try:
        return to_text(body if token is None else {**value, "jwt": token})
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidEvent(f"The event's body is not JSON: {error}") from error


def _with_token(text: str, token: str) -> str:
    """Put the token in the place of the outermost `jwt` value of a JSON object, and leave all other characters."""
    decoder = json.JSONDecoder()
    start = end = 0
    at = _next_token(text, text.index("{") + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        at = _next_token(text, at)
        value_at = at
        _, at = decoder.raw_decode(text, at)
        if key == "jwt":
            # The last of several counts.
            start, end = value_at, at
        at = _next_token(text, at)
    return f'{text[:start]}"{token}"{text[end:]}'


def _next_token(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _set_content_length(event: dict[str, Any]) -> None:
    headers = event.get("headers")
    if isinstance(headers, dict):
        length = str(len(event["body"].encode("utf-8", "surrogatepass")))
        names = [name for name in headers if name.lower() == "content-length"] or ["content-length"]
        event["headers"] = {**headers, **dict.fromkeys(names, length)}
