"""Converts a handler's reply into the HTTP response of its function URL (contract section 1.3)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from biot_emulator.http.response import Response
from biot_emulator.wire_json import encode

__all__ = ["BAD_GATEWAY", "PAYLOAD_TOO_LARGE", "TOO_MANY_REQUESTS", "MalformedReply", "respond"]

_JSON = "application/json"
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_BREAK = re.compile("[\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

BAD_GATEWAY = Response(502, {"content-type": _JSON}, b"Internal Server Error")
"""The response for a function that failed."""

PAYLOAD_TOO_LARGE = Response(413, {"content-type": _JSON}, b'{"message":"Request Entity Too Large"}')
"""The response to a request that is too large for an event."""


TOO_MANY_REQUESTS = Response(429, {"content-type": _JSON}, b'{"Type":"User","message":"Rate Exceeded."}')
"""The response for a function that has as many callers as it may have."""


class MalformedReply(ValueError):
    """The reply has a `statusCode`, but is not a valid HTTP response of a function URL."""


def respond(reply: Any) -> Response:
    """Build the HTTP response to a reply.

    Args:
        reply: The handler's return value, decoded from JSON. An object with `statusCode` is an HTTP response; its
            `body` may be a string or, more leniently than AWS documents, any JSON. Anything else is the body of a 200.

    Raises:
        MalformedReply: It is an object with `statusCode` that is no valid HTTP response; AWS responds with 502.
    """
    if isinstance(reply, dict) and reply.get("statusCode") is not None:
        return Response(
            status_code=_status_code(reply["statusCode"]),
            headers={"content-type": _JSON, **_headers(reply.get("headers"))},
            content=_content(reply.get("body"), is_base64=reply.get("isBase64Encoded") is True),
            cookies=_cookies(reply.get("cookies")),
        )
    content = _text(reply) if isinstance(reply, str) else encode(reply)
    return Response(200, {"content-type": _JSON}, content)


def _status_code(value: Any) -> int:
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == len("200")
    code = int(value) if digits else value
    if type(code) is not int or not 200 <= code <= 599:
        raise MalformedReply(f"statusCode must be a whole number from 200 to 599, not {value!r}")
    return code


def _headers(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedReply(f"headers must be an object, not {type(value).__name__}")
    return {name.lower(): _header(name, item) for name, item in value.items() if item is not None}


def _header(name: str, value: Any) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise MalformedReply(f"{name!r} cannot be the name of a header")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return _header_value(name, str(value))
    raise MalformedReply(f"the header {name!r} must be a text, not {type(value).__name__}")


def _header_value(name: str, value: str) -> str:
    # A line break would end the header, and begin another one.
    line = _LINE_BREAK.sub(" ", value).strip(" \t")
    if _CONTROL.search(line):
        raise MalformedReply(f"the header {name!r} has a control character")
    return line


def _cookies(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(_header_value("set-cookie", item) for item in value)
    raise MalformedReply("cookies must be a list of texts")


def _content(body: Any, *, is_base64: bool) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, str):
        return encode(body)
    if not is_base64:
        return _text(body)
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedReply(f"isBase64Encoded is true and body is not base64: {error}") from error


def _text(text: str) -> bytes:
    # Half a surrogate pair has no UTF-8.
    return text.encode("utf-8", "replace")
