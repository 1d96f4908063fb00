"""Converts an HTTP request to a function URL into the function's event (contract section 1.1)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from biot_emulator.lambda_function.arn import REGION
from biot_emulator.random_ids import random_hex, random_uuid

__all__ = ["UrlRequest", "function_event"]

_STAGE = "$default"
_TEXT_PREFIX = "text/"
_TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})
_TEXT_SUFFIXES = ("+json", "+xml")


@dataclass(frozen=True, slots=True)
class UrlRequest:
    """An HTTP request to a function URL.

    Attributes:
        method: The HTTP method.
        path: The path below the function URL, percent-encoded as received; starts with `/`.
        query_string: The part after the question mark, as received.
        headers: By lower-case name.
        content: The body's bytes.
        source_ip: The caller's IP address.
    """

    method: str = "POST"
    path: str = "/"
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    source_ip: str = "127.0.0.1"


def function_event(request: UrlRequest, address: str, now: datetime) -> dict[str, Any]:
    """Build the event of a request.

    Args:
        request: The request.
        address: The function URL's id of 32 characters.
        now: The platform's time.
    """
    domain = f"{address}.lambda-url.{REGION}.on.aws"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": _STAGE,
        "rawPath": request.path,
        "rawQueryString": request.query_string,
        "headers": _headers(request, domain),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": address,
            "domainName": domain,
            "domainPrefix": address,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": random_uuid(),
            "routeKey": _STAGE,
            "stage": _STAGE,
            "time": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := request.headers.get("cookie"):
        event["cookies"] = cookies.split("; ")
    if query := _query(request.query_string):
        event["queryStringParameters"] = query
    return event | _body(request)


def _headers(request: UrlRequest, domain: str) -> dict[str, str]:
    headers = {name: value for name, value in request.headers.items() if name != "connection"}
    trace_id = random_hex()
    return {
        **headers,
        "host": domain,
        "content-length": str(len(request.content)),
        "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
        "x-amzn-tls-version": "TLSv1.3",
        "x-amzn-trace-id": f"Root=1-{trace_id[:8]}-{trace_id[8:]}",
        "x-forwarded-for": request.source_ip,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def _query(query_string: str) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: ",".join(texts) for name, texts in values.items()}


def _body(request: UrlRequest) -> dict[str, Any]:
    if not request.content:
        return {}
    if _is_text(request.headers.get("content-type", "")):
        try:
            return {"body": request.content.decode()}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.content).decode(), "isBase64Encoded": True}


def _is_text(content_type: str) -> bool:
    """Whether AWS passes a body of this type on as text: forms, and what has no type, are bytes to it."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith(_TEXT_PREFIX) or media_type in _TEXT_TYPES or media_type.endswith(_TEXT_SUFFIXES)
