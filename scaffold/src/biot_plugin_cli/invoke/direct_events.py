"""Events of direct calls: HTTP requests to the plugin's own address, as people write them on a command line."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from biot_plugin.testing import events
from biot_plugin_cli.errors import UsageError

__all__ = ["create_direct_event"]

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# What a path has beside letters, digits and _.-~ without being encoded.
_PATH_CHARACTERS = "/%!$&'()*+,;=:@"


def create_direct_event(
    path: str = "/", method: str | None = None, query: Sequence[str] = (), body: bytes | None = None
) -> dict[str, Any]:
    """Create the event of a direct call.

    Args:
        path: The path; a query may follow it.
        method: The HTTP method in any case; POST with a body, GET without one if None.
        query: Parameters as `name=value`; also several in one, joined by `&` and encoded.
        body: The body. JSON is written as JSON, other text as text, and bytes that are no text in base64.

    Raises:
        UsageError: The path or a parameter is invalid, or there is no such method.
    """
    parameters = [*_path_query(path), *(pair for text in query for pair in _parameters(text))]
    raw_path = quote(_valid_path(path.partition("?")[0]), safe=_PATH_CHARACTERS)
    event = events.direct(_valid_method(method, body), raw_path)
    event["rawQueryString"] = urlencode(parameters)
    if parameters:
        values: dict[str, list[str]] = {}
        for name, value in parameters:
            values.setdefault(name, []).append(value)
        event["queryStringParameters"] = {name: ",".join(texts) for name, texts in values.items()}
    return event if body is None else _with_body(event, body)


def _path_query(path: str) -> list[tuple[str, str]]:
    return parse_qsl(path.partition("?")[2], keep_blank_values=True)


def _parameters(text: str) -> list[tuple[str, str]]:
    name, separator, value = text.partition("=")
    if not (name and separator):
        raise UsageError(f"--query {text!r} is not a parameter: write NAME=VALUE, once for each parameter")
    # Of one parameter, the value is taken as it is: a shell user need not encode it.
    is_several = re.search(r"&[^=&]+=", value) is not None
    return parse_qsl(text, keep_blank_values=True) if is_several else [(name, value)]


def _valid_path(path: str) -> str:
    if not path.startswith("/") or "#" in path:
        raise UsageError(f"--path {path!r} is not a path: it begins with a slash, as in /report")
    return path


def _valid_method(method: str | None, body: bytes | None) -> str:
    name = ("GET" if body is None else "POST") if method is None else method.upper()
    if name not in _METHODS:
        raise UsageError(f"--method {method!r} is not an HTTP method: it is one of {', '.join(_METHODS)}")
    return name


def _with_body(event: dict[str, Any], body: bytes) -> dict[str, Any]:
    content_type, value, is_base64 = _representation(body)
    headers = {**event["headers"], "content-type": content_type, "content-length": str(len(body))}
    return {**event, "headers": headers, "body": value, "isBase64Encoded": is_base64}


def _representation(body: bytes) -> tuple[str, Any, bool]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "application/octet-stream", base64.b64encode(body).decode(), True
    try:
        return "application/json", _readable_value(text), False
    except (ValueError, RecursionError):
        return "text/plain; charset=utf-8", text, False


def _readable_value(text: str) -> Any:
    """Return an object or list to be written as such, and the text itself where that would change what is sent."""
    value = json.loads(text)
    try:
        exact = json.loads(text, parse_float=_exact_number, parse_constant=_exact_number, object_pairs_hook=_distinct)
    except _Inexact:
        return text
    return exact if isinstance(value, dict | list) else text


class _Inexact(Exception):
    """To read a text and to write it again would change it."""


def _exact_number(text: str) -> float:
    if repr(float(text)) != text:
        raise _Inexact
    return float(text)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Inexact
    return members
