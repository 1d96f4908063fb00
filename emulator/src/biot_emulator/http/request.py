"""An HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Request"]


class Request(NamedTuple):
    """One HTTP request.

    Attributes:
        method: `GET`, `POST`, ...
        path: The path without its query.
        query: The query, without the question mark and as it was sent.
        headers: By lower-case name.
        body: The content; empty if it is larger than the server accepts.
        size: Size of the content in bytes.
    """

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    size: int = 0
    query: str = ""
