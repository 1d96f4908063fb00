"""The envelope around every event: a Lambda function URL request (contract sections 1.1 and 1.2)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from biot_plugin.errors import InvalidEvent
from biot_plugin.wire import strict_json


class Envelope:
    """A function URL request. It is untrusted: anyone who knows the public URL can send one."""

    __slots__ = ("_json", "event", "headers")

    def __init__(self, event: dict[str, Any]) -> None:
        self.event = event
        self._json: dict[str, Any] | None = None
        headers = event.get("headers")
        self.headers: dict[str, str] = _lower_cased(headers) if isinstance(headers, dict) else {}

    @property
    def bearer(self) -> str | None:
        """The bearer token of the `authorization` header, or None."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def content(self) -> bytes:
        """Return the body as bytes, empty where there is none.

        Raises:
            InvalidEvent: The envelope says that the body is base64, and it is not.
        """
        body = self.event.get("body")
        if body is None:
            return b""
        if not isinstance(body, str):
            return strict_json.dumps(body).encode()
        if not self.event.get("isBase64Encoded"):
            return body.encode(errors="surrogatepass")
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidEvent("NO_DATA", "The event's body is not base64") from None

    def text(self) -> str | None:
        """Return the body as text; None where it is none.

        Raises:
            InvalidEvent: The envelope says that the body is base64, and it is not; or the bytes are not text.
        """
        body = self.event.get("body")
        if not isinstance(body, str) or not self.event.get("isBase64Encoded"):
            return body if isinstance(body, str) else None
        try:
            return strict_json.decode(self.content())
        except ValueError:
            raise InvalidEvent("NO_DATA", "The event's body is not JSON") from None

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object. A body that is an object already, as in fixtures, is returned as it is.

        Raises:
            InvalidEvent: The body is missing, or is not a JSON object.
        """
        if self._json is None:
            text = self.text()
            self._json = require_object(self.event.get("body") if text is None else _parse(text))
        return self._json


def _lower_cased(headers: dict[Any, Any]) -> dict[str, str]:
    """Return headers with names in lower case, as Lambda has them, without those that are no text."""
    if _are_lower_cased(headers):
        return {**headers}
    return {name.lower(): value for name, value in headers.items() if isinstance(name, str) and isinstance(value, str)}


def _are_lower_cased(headers: dict[Any, Any]) -> bool:
    """Whether headers are text, with names in lower case, as they nearly always are."""
    try:
        "".join(headers.values())
        names = "".join(headers)
        return names == names.lower()  # Which takes a part of what `islower` does.
    except TypeError:  # Not all of it is text.
        return False


def _parse(text: str) -> Any:
    """Parse a body. Raises InvalidEvent."""
    try:
        return strict_json.loads(text)
    except ValueError:
        raise InvalidEvent("NO_DATA", "The event's body is not JSON") from None


def require_object(json: Any) -> dict[str, Any]:
    """Return the JSON of a body. Raises InvalidEvent where it is not an object."""
    if not isinstance(json, dict):
        raise InvalidEvent("NO_DATA", "The event's body is not a JSON object")
    return json
