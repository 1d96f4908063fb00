"""The calls of a plugin to the platform's API, and what each was answered with."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from biot_emulator.http.loopback_server import Request

__all__ = ["CallLog", "PlatformCall", "call_of"]

_SEARCH = "searchRequest"


@dataclass(frozen=True, slots=True)
class PlatformCall:
    """A call to the platform's API.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        query: The query parameters.
        json: The parsed body; its length if it is not JSON, and None if it is empty.
        status_code: The status of the answer; None if there was none, or no connection.
        code: The platform's code in an answer that is an error; empty if it has none.
        duration_ms: How long the answer took.
        answered_by: What answered it, for people; None if there was no answer to it.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    json: Any
    status_code: int | None = None
    code: str = ""
    duration_ms: float = 0.0
    answered_by: str | None = None

    @property
    def search_request(self) -> dict[str, Any]:
        """The parameters of a search; empty if there are none."""
        try:
            request = json.loads(self.query.get(_SEARCH, ["{}"])[0])
        except ValueError:
            return {}
        return request if isinstance(request, dict) else {}

    @property
    def is_error(self) -> bool:
        """Whether it was answered with an error of the platform."""
        return self.status_code is not None and self.status_code >= 400

    @property
    def document(self) -> dict[str, Any]:
        """The call as `--json` has it."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": self.json,
            "status": self.status_code,
            "durationMs": round(self.duration_ms, 2),
            "answeredBy": self.answered_by,
        }


class CallLog:
    """The calls of one invocation, in the order in which they were answered. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[PlatformCall] = []

    def add(self, call: PlatformCall) -> None:
        """Add a call."""
        with self._lock:
            self._calls.append(call)

    def all(self) -> tuple[PlatformCall, ...]:
        """Return all calls so far."""
        with self._lock:
            return tuple(self._calls)


def call_of(request: Request) -> PlatformCall:
    """Return the call that a request makes, which has no answer yet."""
    query = parse_qs(request.query, keep_blank_values=True)
    return PlatformCall(request.method, request.path, query, _json_of(request))


def _json_of(request: Request) -> Any:
    if not request.size:
        return None
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return f"<{request.size} bytes>"
