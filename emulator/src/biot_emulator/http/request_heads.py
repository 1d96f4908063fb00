"""The head of an HTTP/1 request: its first line and its headers.

The standard library reads headers as those of a mail, which takes most of the time of a small request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedIOBase

__all__ = ["MalformedHead", "RequestHead", "read_head"]

_MAX_LINE = 64 * 1024
_MAX_HEADERS = 100
_FIRST_LINE = re.compile(r"([A-Z]{1,20}) (\S+) HTTP/1\.([01])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")


class MalformedHead(ValueError):
    """It is not HTTP/1, or has too much."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What a request begins with.

    Attributes:
        method: `GET`, `POST`, ...
        target: The path, with the query if there is one.
        headers: By lower-case name; of those that come twice, the last one.
        stays_open: Whether another request may follow on the connection.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    stays_open: bool


def read_head(stream: BufferedIOBase) -> RequestHead | None:
    """Read the head of a request; return None where there is no other request.

    Args:
        stream: The connection.

    Raises:
        MalformedHead: It is not HTTP/1, or has too much.
    """
    first = _line(stream)
    if first is None:
        return None
    match = _FIRST_LINE.fullmatch(first)
    if match is None:
        raise MalformedHead("the first line is not that of a request")
    headers = _headers(stream)
    connection = headers.get("connection", "").lower()
    stays_open = connection == "keep-alive" if match[3] == "0" else connection != "close"
    return RequestHead(match[1], match[2], headers, stays_open)


def _headers(stream: BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MAX_HEADERS + 1):
        line = _line(stream)
        if not line:
            return headers
        match = _HEADER.fullmatch(line)
        if match is None:
            raise MalformedHead("a line is no header")
        headers[match[1].lower()] = match[2].rstrip(" \t")
    raise MalformedHead(f"it has more than {_MAX_HEADERS} headers")


def _line(stream: BufferedIOBase) -> str | None:
    """Read a line without its end; return None at the end of the stream."""
    line = stream.readline(_MAX_LINE + 1)
    if len(line) > _MAX_LINE:
        raise MalformedHead(f"a line is longer than {_MAX_LINE} bytes")
    if not line:
        return None
    return line.rstrip(b"\r\n").decode("latin-1")
