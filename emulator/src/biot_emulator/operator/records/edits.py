"""What an operator changes of a recorded call before it is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.invocations.received_events import MAX_BODY
from biot_emulator.operator.parameters import OPERATOR_PATH, is_operators
from biot_emulator.services.settings.plugin_addresses import ADDRESS_PATH
from biot_emulator.timelines.recorded_calls import HIDDEN, CallKind, RecordedCall, Sent
from biot_emulator.wire_json import encode

__all__ = ["METHODS", "Edits", "NotRepeatable"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
"""The methods that a call can have."""

_HIDDEN = HIDDEN.encode()
_FIELDS = ("method", "path", "query", "body")
_JSON = "application/json"
_FORM = "multipart/"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class NotRepeatable(ApiError):
    """What was recorded is not enough to do it again."""

    status_code = 409
    code = "NOT_REPEATABLE"


@dataclass(frozen=True, slots=True)
class Edits:
    """What is changed of a call; what is None stays as it is.

    Attributes:
        method: The HTTP method.
        path: The path, encoded as in a URL.
        query: What is behind the question mark.
        content: The bytes of the body.
    """

    method: str | None = None
    path: str | None = None
    query: str | None = None
    content: bytes | None = None

    @classmethod
    def read(cls, document: dict[str, Any]) -> Edits:
        """Read the fields `method`, `path`, `query` and `body` of a document; a text as `body` is sent as it is.

        Raises:
            BadRequest: One of them is not valid, or there are others.
        """
        fields = Fields(document)
        for name in document:
            if name not in _FIELDS:
                raise fields.wrong(name, f"cannot be changed: change one of {', '.join(_FIELDS)}")
        path, query = fields.optional_text("path"), _query(fields)
        if path is not None:
            path, _, behind = path.partition("?")
            query = behind if query is None and behind else query
        method = fields.choice("method", METHODS) if fields.has("method") else None
        return cls(method, None if path is None else _checked(path), query, _content(fields))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is changed."""
        return self == Edits()

    def apply(self, call: RecordedCall) -> Sent:
        """Return the request to send in place of that of a recorded call.

        Raises:
            NotRepeatable: The call has no request, or it is not recorded as it came.
            BadRequest: The path is of another side of the platform.
        """
        sent = call.sent
        if sent is None:
            raise NotRepeatable("There is no request of it: nobody has sent one")
        for part, new in (("path", self.path), ("query", self.query)):
            if part in sent.hidden and new is None:
                raise NotRepeatable(
                    f"The {part} had a secret, which is not recorded: send the call with another [{part}]"
                )
        path = sent.path if self.path is None else unquote(self.path)
        if path.startswith(ADDRESS_PATH) != (call.kind is CallKind.URL):
            raise BadRequest("The [path] must be one of the APIs as it was, or of the plugin's address as it was")
        if self.content is None and sent.withheld:
            raise NotRepeatable(sent.withheld)
        if self.content is not None and _HIDDEN in self.content and _HIDDEN not in _recorded(sent):
            raise BadRequest(f"The [body] has {HIDDEN} in it, where something was secret: put that in again")
        query = sent.query if self.query is None else self.query
        method = self.method or sent.method
        changed = sent._replace(method=method, path=path, query=query)
        return changed if self.content is None else _with_body(changed, self.content)


def _recorded(sent: Sent) -> bytes:
    """Return the body as it came; nothing where it did not come as it is recorded."""
    return b"" if sent.withheld else sent.content


def _with_body(sent: Sent, content: bytes) -> Sent:
    headers = dict(sent.headers)
    if content and headers.get("content-type", _FORM).startswith(_FORM):
        headers["content-type"] = _JSON
    return sent._replace(headers=headers, content=content, parts=(), withheld=None)


def _checked(path: str) -> str:
    decoded = unquote(path)
    if not decoded.startswith("/") or any(ord(character) < 33 for character in path) or HIDDEN in decoded:
        raise BadRequest(f"The field [path] must be a path such as /organization/v1/users/patients, without {HIDDEN}")
    if is_operators(decoded):
        raise BadRequest(f"The field [path] must be of the platform, not below {OPERATOR_PATH}")
    return path


def _query(fields: Fields) -> str | None:
    value = fields.value("query")
    if isinstance(value, dict):
        try:
            value = urlencode(value, doseq=True)
        except TypeError:
            value = None
    if value is not None and (not isinstance(value, str) or any(ord(character) < 33 for character in value)):
        raise fields.wrong("query", "must be what is behind the question mark of a URL, or an object of texts")
    if value is not None and HIDDEN in unquote(value):
        raise fields.wrong("query", f"has {HIDDEN} in it, where something was secret: put that in again")
    return None if value is None else quote(value.removeprefix("?"), safe=_PRINTABLE)


def _content(fields: Fields) -> bytes | None:
    if not fields.has("body"):
        return None
    body = fields.value("body")
    content = b"" if body is None else body.encode() if isinstance(body, str) else encode(body)
    if len(content) > MAX_BODY:
        raise fields.wrong("body", f"must be of at most {MAX_BODY} bytes")
    return content
