"""The response of an API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ApiResponse"]


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """The response of an API.

    Attributes:
        status_code: The HTTP status.
        body: JSON; None for no body.
        headers: More headers, by lower-case name.
        content: A body that is not JSON, in place of `body`; its type is among the headers.
        afterwards: Called once the response has been sent.
    """

    status_code: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    afterwards: Callable[[], None] | None = None
