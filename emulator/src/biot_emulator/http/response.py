"""An HTTP response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from biot_emulator.wire_json import decode

__all__ = ["Response"]


class Response(NamedTuple):
    """An HTTP response.

    Attributes:
        status_code: The HTTP status.
        headers: By lower-case name.
        content: The body's bytes.
        cookies: The values of the `set-cookie` headers.
    """

    status_code: int
    headers: Mapping[str, str] = {}
    content: bytes = b""
    cookies: tuple[str, ...] = ()

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status_code <= 299

    @property
    def body(self) -> Any:
        """The decoded body: the JSON value if it is JSON, else its text, else its bytes; None if it is empty."""
        if not self.content:
            return None
        try:
            text = self.content.decode()
        except UnicodeDecodeError:
            return self.content
        if "json" not in self.headers.get("content-type", "application/json").lower():
            return text
        try:
            return decode(text)
        except ValueError:
            return text
