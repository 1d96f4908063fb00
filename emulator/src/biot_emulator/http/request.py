"""An HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
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
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    size: int = 0
    query: str = ""
