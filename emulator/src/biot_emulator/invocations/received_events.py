"""What a plugin received, in the form in which secrets are found in it, and in the form in which it is recorded."""

from __future__ import annotations

import base64
from typing import Any

from biot_emulator.event_kind import event_body, text_value
from biot_emulator.wire_json import encode, to_text

__all__ = ["MAX_BODY", "ReceivedEvent", "left_out"]

MAX_BODY = 256 * 1024
"""What is recorded of a body. Anybody may send more, and to look through megabytes would hold up everybody."""


class ReceivedEvent:
    """An event, which may be any JSON: an operator sends what they like.

    Args:
        event: What the plugin's handler received.

    Attributes:
        readable: The event with the parsed value of its body, also where that came as a text in base64.
    """

    def __init__(self, event: Any) -> None:
        self._event = event
        self._text: str | None = None
        self.readable = self._read()

    def recorded(self, redacted: Any) -> Any:
        """Return what is recorded: the redacted `readable`, with its body in base64 again if it came so."""
        if self._text is None or not isinstance(redacted, dict):
            return redacted
        body = redacted["body"]
        if body == self.readable["body"]:
            return {**redacted, "body": self._event["body"]}
        text = body if isinstance(body, str) else to_text(body)
        return {**redacted, "body": base64.b64encode(text.encode()).decode()}

    def _read(self) -> Any:
        event = self._event
        if not isinstance(event, dict) or not isinstance(event.get("body"), str):
            return _limited(event)
        if isinstance(rest := _limited({**event, "body": None}), str):
            return rest
        return {**event, "body": self._body(event)}

    def _body(self, event: dict[str, Any]) -> Any:
        body: str = event["body"]
        if len(body) > MAX_BODY:
            return left_out(len(body))
        if event.get("isBase64Encoded") is True:
            self._text = _text_in_base64(body)
        return event_body(event) if self._text is None else text_value(self._text)


def left_out(size: int) -> str:
    """Return what is recorded in place of something too large."""
    return f"<{size} bytes, left out>"


def _limited(value: Any) -> Any:
    size = len(encode(value))
    return value if size <= MAX_BODY else left_out(size)


def _text_in_base64(body: str) -> str | None:
    """Decode a text in base64; None for what is no text, such as an image."""
    try:
        return base64.b64decode(body, validate=True).decode()
    except ValueError:
        return None
