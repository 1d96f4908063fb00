"""A response of the fake API, and the calls that received it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from biot_plugin.http.messages import Request, Response
from biot_plugin.testing.json_forms import plain
from biot_plugin.wire import strict_json

if TYPE_CHECKING:
    from biot_plugin.platform_errors import PlatformUnreachable

_VARIABLE = re.compile(r"\\\{\w+\\\}")


class ApiCall(NamedTuple):
    """A call to the platform's API by a plugin.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        query: The query parameters.
        json: The parsed body; None where it is empty.
        headers: Values by lower-case name.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    json: Any
    headers: dict[str, str]

    @classmethod
    def of(cls, request: Request) -> ApiCall:
        """Parse the request that would have been sent."""
        url = urlsplit(request.url)
        body = strict_json.loads(request.content) if request.content else None
        return cls(request.method, url.path, parse_qs(url.query, keep_blank_values=True), body, dict(request.headers))

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, values in self.query.items() for value in values)
        return f"{self.method} {self.path}{'?' if query else ''}{query}"

    @property
    def allows_interception(self) -> bool:
        """Whether interceptors would run."""
        return "allow-interception" in self.headers

    @property
    def search_request(self) -> dict[str, Any]:
        """The parameters of a search: `filter`, `sort`, `freeTextSearch`, `limit` and `page`."""
        request: dict[str, Any] = json.loads(self.query.get("searchRequest", ["{}"])[0])
        return request


class Stub:
    """A response of the fake API.

    Attributes:
        calls: The calls that received it, in order.
    """

    def __init__(
        self, method: str, path: str, answer: Any, status: int, error: type[PlatformUnreachable] | None
    ) -> None:
        self.calls: list[ApiCall] = []
        self._method = method
        self._path = path
        self._pattern = re.compile(_VARIABLE.sub("[^/]+", re.escape(path)))
        self._answer = answer
        self._status = status
        self._error = error

    def __str__(self) -> str:
        return f"{self._method} {self._path}"

    def matches(self, call: ApiCall) -> bool:
        """Whether it is the response to a call."""
        return call.method == self._method and self._pattern.fullmatch(call.path) is not None

    def respond(self, call: ApiCall, request: Request) -> Response:
        """Record a call, and return the response."""
        self.calls.append(call)
        if self._error is not None:
            raise self._error(request.call, "simulated by the test", sent=True, trace_id=request.trace_id)
        body = self._answer(call) if callable(self._answer) else self._answer
        content = b"" if body is None else strict_json.dumps(plain(body)).encode()
        return Response(self._status, {"content-type": "application/json"}, content)
