"""The head of an HTTP/1 request: its first line and its headers.

The standard library reads headers as those of a mail, which takes most of the time of a small request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["MalformedHead", "RequestHead", "take_head"]

#: What AWS's client reports an exception with is in a header, too, where it has less than 1 MiB.
_MAX_BYTES = 1024 * 1024 + 64 * 1024
#: Headers that are longer do not come again.
_MAX_REPEATED = 64 * 1024
_MAX_HEADERS = 100
_END = re.compile(rb"\n\r?\n")
_FIRST_LINE = re.compile(r"([A-Z]{1,20}) (\S+) HTTP/1\.([01])")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class MalformedHead(ValueError):
    """It is not HTTP/1, or has too much."""


class RequestHead(NamedTuple):
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


def take_head(received: bytearray) -> RequestHead | None:
    """Read the head of a request and remove it from what has come; return None if not all of it has come.

    Args:
        received: What has come on the connection.

    Raises:
        MalformedHead: It is not HTTP/1, or has too much.
    """
    end = _END.search(received)
    if (end.start() if end else len(received)) > _MAX_BYTES:
        raise MalformedHead(f"it is longer than {_MAX_BYTES} bytes")
    if end is None:
        return None
    head = received[: end.start()].decode("latin-1")
    del received[: end.end()]
    return _parse(head.removesuffix("\r").replace("\r\n", "\n"))


def _parse(head: str) -> RequestHead:
    if "\r" in head or "\0" in head:
        raise MalformedHead("a line has a character that no line has")
    first, _, lines = head.partition("\n")
    match = _FIRST_LINE.fullmatch(first)
    if match is None:
        raise MalformedHead("the first line is not that of a request")
    headers = _headers(lines) if len(lines) > _MAX_REPEATED else _repeated_headers(lines)
    connection = headers.get("connection", "").lower()
    stays_open = connection == "keep-alive" if match[3] == "0" else connection != "close"
    return RequestHead(match[1], match[2], headers, stays_open)


@lru_cache(maxsize=32)
def _repeated_headers(text: str) -> Mapping[str, str]:
    """Read headers once: a process that runs a plugin sends the same ones with each of its requests."""
    return _headers(text)


def _headers(text: str) -> Mapping[str, str]:
    lines = text.split("\n") if text else []
    if len(lines) > _MAX_HEADERS:
        raise MalformedHead(f"it has more than {_MAX_HEADERS} headers")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise MalformedHead("a line is no header")
        headers[name.lower()] = value.strip(" \t")
    return MappingProxyType(headers)
