"""The calls of a plugin to the platform's API, and what each was answered with."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from biot_emulator.http.request import Request
from biot_emulator.http.response import Response

__all__ = ["CallLog", "PlatformCall", "call_of"]

_SEARCH = "searchRequest"


class PlatformCall(NamedTuple):
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
    """The calls of one invocation, in the order in which they came. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[PlatformCall] = []

    @contextmanager
    def answering(self, call: PlatformCall) -> Iterator[Callable[[Response | None], None]]:
        """Add a call that has no answer yet, and yield a function to tell its answer; None stands for no answer."""
        started = perf_counter()
        with self._lock:
            position = len(self._calls)
            self._calls.append(call)

        def tell(response: Response | None) -> None:
            duration_ms = (perf_counter() - started) * 1000
            with self._lock:
                self._calls[position] = _answered(call, response, duration_ms)

        yield tell

    def all(self) -> tuple[PlatformCall, ...]:
        """Return all calls so far, also those that have no answer yet."""
        with self._lock:
            return tuple(self._calls)


def call_of(request: Request) -> PlatformCall:
    """Return the call that a request makes, which has no answer yet."""
    query = parse_qs(request.query, keep_blank_values=True)
    return PlatformCall(request.method, request.path, query, _json_of(request))


def _answered(call: PlatformCall, response: Response | None, duration_ms: float) -> PlatformCall:
    if response is None:
        return call._replace(duration_ms=duration_ms)
    body = response.body
    code = body.get("code") if isinstance(body, dict) else None
    return call._replace(
        status_code=response.status_code,
        code=code if isinstance(code, str) else "",
        duration_ms=duration_ms,
    )


def _json_of(request: Request) -> Any:
    if not request.size:
        return None
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return f"<{request.size} bytes>"
