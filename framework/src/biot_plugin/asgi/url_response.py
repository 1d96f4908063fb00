"""The HTTP response that a function URL makes of a reply (contract section 1.3)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from biot_plugin.asgi.interface import Send
from biot_plugin.asgi.url_request import HOP_BY_HOP
from biot_plugin.replies.response import JSON, Reply

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_BREAK = re.compile("[\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: Statuses whose responses have no body and no length.
_WITHOUT_BODY = (204, 304)


class MalformedReply(ValueError):
    """A handler built a whole reply that is no HTTP response. The message has no value of it."""


class UrlResponse(NamedTuple):
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        headers: By lower-case name.
        content: The body.
        cookies: Values of `set-cookie` headers.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    cookies: tuple[str, ...] = ()

    @classmethod
    def of(cls, reply: Reply) -> UrlResponse:
        """Convert a reply.

        Raises:
            MalformedReply: It is no HTTP response, for which a function URL responds with 502.
        """
        status = reply["statusCode"]
        if not 200 <= status <= 599:
            raise MalformedReply("the status must be from 200 to 599")
        headers = {name.lower(): _value(name, value) for name, value in reply["headers"].items() if value is not None}
        return cls(status, {"content-type": JSON, **headers}, _content(reply), _cookies(reply.get("cookies")))

    async def send(self, send: Send, method: str) -> None:
        """Send the response to a request of this method."""
        headers = [
            (name.encode(), value.encode("utf-8", "replace"))
            for name, value in self.headers.items()
            if name not in HOP_BY_HOP and name != "content-length"
        ]
        headers += [(b"set-cookie", cookie.encode("utf-8", "replace")) for cookie in self.cookies]
        if self.status not in _WITHOUT_BODY:
            headers.append((b"content-length", b"%d" % len(self.content)))
        content = b"" if self.status in _WITHOUT_BODY or method == "HEAD" else self.content
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _value(name: object, value: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise MalformedReply("a header has a name that HTTP does not have")
    if not isinstance(value, (str, int, float)):
        raise MalformedReply(f"the header {name} must be text")
    return _line(str(value).lower() if isinstance(value, bool) else str(value))


def _line(text: str) -> str:
    # A line break would end the header, and begin another one.
    line = _LINE_BREAK.sub(" ", text).strip(" \t")
    if _CONTROL.search(line):
        raise MalformedReply("a header has a control character")
    return line


def _cookies(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise MalformedReply("cookies must be a list of texts")
    return tuple(map(_line, value))


def _content(reply: Mapping[str, Any]) -> bytes:
    body: str = reply["body"]
    if not reply.get("isBase64Encoded"):
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedReply("isBase64Encoded is true, and the body is not base64") from None
