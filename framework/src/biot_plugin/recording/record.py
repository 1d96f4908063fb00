"""The record of one event, in which everything has a stand-in that nobody has called safe."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from biot_plugin.recording.encodings import as_base64
from biot_plugin.recording.platform_answers import Answer, answers_of
from biot_plugin.recording.redaction import Redaction
from biot_plugin.recording.safe_names import SafeNames

__all__ = ["VERSION", "write_record"]

#: The version of the format of recordings.
VERSION = 1
#: Bytes of a body that is no text, such as an image.
_MAX_BYTES = 1024


def write_record(
    key: bytes,
    safe: SafeNames,
    now: datetime,
    event: Mapping[str, Any],
    answers: Sequence[Answer] = (),
    *,
    reply: Any = None,
    claims: Mapping[str, Any] | None = None,
    **facts: Any,
) -> dict[str, Any]:
    """Return the record of an event.

    Args:
        key: Where the stand-ins come from, 32 bytes that nobody else has.
        safe: What is recorded as it is.
        now: When it happened, with a time zone.
        event: What the plugin received.
        answers: What the platform answered it meanwhile.
        reply: What it replied; None where that is unknown.
        claims: The claims of the caller's token, if it is known.
        **facts: More members of the record, which are not replaced; what is None is left out.

    Raises:
        ValueError: The event is of no form that can be recorded: it is nested too deeply.
    """
    event, text = _readable(event)
    raw = [event, [list(answer) for answer in answers], reply, claims]
    redaction = Redaction(key, safe, now, raw)
    written = {name: value for name, value in redaction.value(event).items() if name not in ("cookies",)}
    if text is not None:
        written["body"] = as_base64(written["body"], text)
    document, calls = answers_of(list(answers), redaction)
    record = {
        "version": VERSION,
        "recordedAt": now.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "event": written,
        "answers": document,
        "calls": calls or None,
        "claims": redaction.value(claims, ("claims",)) if claims else None,
        "reply": _reply(redaction, reply),
        **facts,
    }
    return {name: value for name, value in record.items() if value is not None}


def _reply(redaction: Redaction, reply: Any) -> Any:
    if not isinstance(reply, dict) or "statusCode" not in reply:
        return redaction.value(reply, ("reply",))
    if reply.get("isBase64Encoded") is True:
        readable, text = _readable(reply)
        written = redaction.value(readable)
        return written if text is None else {**written, "body": as_base64(written["body"], text)}
    return {name: value for name, value in redaction.value(reply).items() if name != "cookies"}


def _readable(event: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Return an event whose body is no base64, and that body where it was; of one that is no text, its beginning."""
    body = event.get("body")
    if event.get("isBase64Encoded") is not True or not isinstance(body, str):
        return dict(event), None
    try:
        content = base64.b64decode(body, validate=True)
    except ValueError:
        return dict(event), None
    try:
        return {**event, "body": content.decode()}, body
    except ValueError:
        return {**event, "body": content[:_MAX_BYTES].hex()}, body
