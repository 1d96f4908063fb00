"""The heads of plain requests and responses: those with nothing that only all of HTTP explains.

What is plain means the same to every reader of HTTP. Lines end in both characters; each header is one line, comes once,
and has no control character; and none of them says how a message is sent but its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

__all__ = ["PlainHead", "read_head", "write_head"]

Header = tuple[bytes, bytes]

#: As much as h11 waits for.
_MOST_BYTES = 16 * 1024
#: Fewer than any limit of headers, which is so for all others to see to.
_MOST_HEADERS = 100
_FIRST_LINE = re.compile(rb"(DELETE|GET|OPTIONS|PATCH|POST|PUT) (/[!-~]*) HTTP/1\.1")
_VALUE = rb"(?:[!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?)?"
_HEADER = re.compile(rb"([-!#$%&'*+.^_`|~0-9A-Za-z]+): ?(" + _VALUE + rb")")
_WRITTEN_NAME, _WRITTEN_VALUE = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-z]+"), re.compile(_VALUE)
_LENGTH = re.compile(rb"[0-9]{1,15}")
#: What says how a message is sent, or that something else follows it.
_SENDING = frozenset({b"expect", b"transfer-encoding", b"upgrade"})
_NOT_WRITTEN = _SENDING | {b"connection"}
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}".encode()
    for status in HTTPStatus
    if status >= HTTPStatus.OK and status not in _BODILESS
}


@dataclass(frozen=True, slots=True)
class PlainHead:
    """The head of a plain request.

    Attributes:
        method: The method.
        path: The path, as it was sent.
        query: What is behind the question mark.
        headers: By lower-case name, in their order.
        length: How many bytes follow the head.
    """

    method: str
    path: bytes
    query: bytes
    headers: list[Header]
    length: int


def read_head(data: bytes) -> tuple[PlainHead, bytes] | None:
    """Read the head of a request; return it with what follows it, or None where it is not plain, or not whole.

    Args:
        data: What a caller has sent, from the first byte of a request on.
    """
    top, end, rest = data.partition(b"\r\n\r\n")
    if not end or len(top) > _MOST_BYTES:
        return None
    first, *lines = top.split(b"\r\n")
    if len(lines) > _MOST_HEADERS:
        return None
    request, headers = _FIRST_LINE.fullmatch(first), _read_headers(lines)
    if request is None or headers is None:
        return None
    length = _length(headers)
    if length is None:
        return None
    path, _, query = request[2].partition(b"?")
    return PlainHead(request[1].decode("ascii"), path, query, headers, length), rest


def write_head(status_code: int, headers: Iterable[Header], length: int) -> bytes | None:
    """Write the head of a response; return None where it would not be plain.

    Args:
        status_code: The status.
        headers: By name, in their order.
        length: How many bytes will follow the head.
    """
    first, lines, lengths = _STATUS_LINES.get(status_code), [], []
    for name, value in headers:
        if name in _NOT_WRITTEN or not _WRITTEN_NAME.fullmatch(name) or not _WRITTEN_VALUE.fullmatch(value):
            return None
        if name == b"content-length":
            lengths.append(value)
        lines.append(b"%b: %b" % (name, value))
    if first is None or lengths != [b"%d" % length]:
        return None
    return b"\r\n".join([first, *lines, b"", b""])


def _read_headers(lines: Iterable[bytes]) -> list[Header] | None:
    headers = []
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            return None
        headers.append((match[1].lower(), match[2]))
    return headers


def _length(headers: list[Header]) -> int | None:
    """Return how many bytes follow headers; None where these say anything else of it."""
    values = dict(headers)
    # A header that comes twice leaves fewer of them.
    is_plain = len(values) == len(headers) and b"host" in values and _SENDING.isdisjoint(values)
    stays_open = values.get(b"connection", b"keep-alive").lower() == b"keep-alive"
    length = values.get(b"content-length", b"0")
    return int(length) if is_plain and stays_open and _LENGTH.fullmatch(length) else None
