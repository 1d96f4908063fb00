"""An HTTP request, and the event that a function URL makes of it (contract sections 1.1, 1.2 and 1.4)."""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

from biot_plugin.asgi.interface import Scope
from biot_plugin.wire.trace import Trace

_STAGE = "$default"
#: Headers of one connection alone, which a function URL does not pass on, either.
HOP_BY_HOP = frozenset(("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"))
_TEXT_PREFIX = "text/"
_TEXT_TYPES = frozenset(("application/json", "application/xml", "application/javascript"))
_TEXT_SUFFIXES = ("+json", "+xml")


class UrlRequest(NamedTuple):
    """An HTTP request without its body.

    Attributes:
        method: The HTTP method.
        path: The path below the place where the application is mounted, percent-encoded as received.
        query: The part after the question mark, as received.
        headers: By lower-case name; of a repeated header all values, as a function URL joins them.
        protocol: Such as `"HTTP/1.1"`.
        scheme: `"http"` or `"https"`.
        source_ip: The caller's IP address, as the server knows it.
        trace: The trace of the call, a new one where it came without any.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    protocol: str
    scheme: str
    source_ip: str
    trace: Trace

    @classmethod
    def of(cls, scope: Scope) -> UrlRequest:
        """Read the scope of a request."""
        headers = _headers(scope)
        client = scope.get("client")
        return cls(
            method=scope["method"],
            path=_path(scope),
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=headers,
            protocol=f"HTTP/{scope.get('http_version', '1.1')}",
            scheme=scope.get("scheme", "http"),
            source_ip=client[0] if client else "",
            trace=Trace.of(headers),
        )

    @property
    def declared_bytes(self) -> int | None:
        """The `content-length`; None where the request does not tell."""
        value = self.headers.get("content-length", "")
        return int(value) if value.isascii() and value.isdigit() else None

    def event(self, content: bytes) -> dict[str, Any]:
        """Build the event of the request with this body."""
        host = self.headers.get("host", "")
        prefix = host.partition(".")[0].partition(":")[0]
        now = time.time()
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": _STAGE,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self._forwarded_headers(len(content)),
            "requestContext": {
                "accountId": "anonymous",
                "apiId": prefix,
                "domainName": host,
                "domainPrefix": prefix,
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": self.protocol,
                    "sourceIp": self.source_ip,
                    "userAgent": self.headers.get("user-agent", ""),
                },
                "requestId": str(uuid.uuid4()),
                "routeKey": _STAGE,
                "stage": _STAGE,
                "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
                "timeEpoch": int(now * 1000),
            },
            "isBase64Encoded": False,
        }
        if cookies := self.headers.get("cookie"):
            event["cookies"] = cookies.split("; ")
        if parameters := _parameters(self.query):
            event["queryStringParameters"] = parameters
        if content:
            event.update(_body(content, self.headers.get("content-type", "")))
        return event

    def _forwarded_headers(self, size: int) -> dict[str, str]:
        """The headers as the handler sees them, with those that a function URL adds."""
        forwarded = {"x-forwarded-for": self.source_ip, "x-forwarded-proto": self.scheme}
        own = {"content-length": str(size), "traceparent": self.trace.traceparent}
        return {**forwarded, **{name: self.headers[name] for name in self.headers if name not in HOP_BY_HOP}, **own}


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if key in headers:
            # So a second token or kind of hook, which only somebody who forges one sends, spoils the first.
            text = f"{headers[key]}{'; ' if key == 'cookie' else ','}{text}"
        headers[key] = text
    return headers


def _path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    path: str = quote(scope["path"], safe="/:@!$&'()*+,;=~") if raw is None else raw.decode("latin-1").partition("?")[0]
    root = scope.get("root_path", "").rstrip("/")
    below = path[len(root) :] if f"{path}/".startswith(f"{root}/") else path
    return below if below.startswith("/") else f"/{below}"


def _parameters(query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _body(content: bytes, content_type: str) -> dict[str, Any]:
    if _is_text(content_type):
        try:
            return {"body": content.decode()}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}


def _is_text(content_type: str) -> bool:
    """Whether a function URL passes a body of this type on as text: forms, and what has no type, are bytes to it."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith(_TEXT_PREFIX) or media_type in _TEXT_TYPES or media_type.endswith(_TEXT_SUFFIXES)
