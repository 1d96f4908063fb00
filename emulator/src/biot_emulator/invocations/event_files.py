"""Makes of the record of an invocation the event that `biot-plugin invoke` reads: with placeholders for tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from biot_emulator.event_kind import EventKind
from biot_emulator.fixtures.events import PLACEHOLDER
from biot_emulator.invocations.redaction import Redaction
from biot_emulator.invocations.summaries import Record
from biot_emulator.security.secret_values import secret_fields
from biot_emulator.wire_json import decode, decode_every_part, to_text

__all__ = ["event_of", "hidden_parts", "raw_body"]

_HIDDEN = "<hidden>"
_LEFT_OUT = ", left out>"


def event_of(record: Record, raw: str | None = None) -> Any:
    """Return the event of a recorded invocation, which has `SIGN_ME` where the platform put a token.

    Args:
        record: The record of the invocation.
        raw: The body as it came, where the record's body does not say that.
    """
    event = record["input"]
    if not isinstance(event, dict) or not isinstance(event.get("headers"), dict):
        return event
    headers = {name: _header(name, value) for name, value in event["headers"].items()}
    copy = {**event, "headers": headers}
    if raw is not None:
        return {**copy, "body": raw}
    body = event.get("body")
    if record["kind"] == EventKind.NOTIFICATION.name and isinstance(body, dict) and body.get("jwt") == _HIDDEN:
        copy["body"] = {**body, "jwt": PLACEHOLDER}
    return copy


def hidden_parts(event: Any) -> list[str]:
    """Return where an event has not what the plugin received, as JSON pointers: what was secret, or too large."""
    return list(_hidden(event, ""))


def raw_body(event: Any, record: Record) -> str | None:
    """Return the body of an event, where its record holds it without secrets and yet not as it came.

    Args:
        event: What the plugin received.
        record: The record of that.
    """
    body = event.get("body") if isinstance(event, dict) else None
    if not isinstance(body, str) or event.get("isBase64Encoded") is True or not isinstance(record["input"], dict):
        return None
    recorded = record["input"].get("body")
    if recorded == body:
        return None
    if isinstance(recorded, dict | list) and to_text(recorded) == body:
        return None
    return body if _is_same(recorded, body) else None


def _is_same(recorded: Any, body: str) -> bool:
    try:
        return bool(decode(body) == recorded) and _is_bare(decode_every_part(body))
    except ValueError:
        return False


def _is_bare(parts: Any) -> bool:
    """Whether there are no secrets, also not behind a name that comes once more: nobody sees these in a record."""
    return not any(value for _, value in secret_fields(parts)) and bool(Redaction()(parts) == parts)


def _header(name: str, value: Any) -> Any:
    return f"Bearer {PLACEHOLDER}" if name.lower() == "authorization" and _HIDDEN in str(value) else value


def _hidden(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if _HIDDEN in value or value.endswith(_LEFT_OUT):
            yield path
    elif isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            yield from _hidden(part, f"{path}/{name}")
