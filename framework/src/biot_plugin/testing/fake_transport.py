"""The transport that returns a test's responses to the plugin's calls."""

from __future__ import annotations

import hashlib
import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from biot_plugin.http.messages import Request, Response
from biot_plugin.testing.stubbed_response import ApiCall, Stub

if TYPE_CHECKING:
    from biot_plugin.api_client.retrying.attempts import OnRetry
    from biot_plugin.http.time_limit import TimeLimit

_SIGNED = "/signed/"


class UnansweredCall(BaseException):
    """The test has no response to a call. A BaseException, so that no handler treats it as an error of the platform."""


class FakeTransport:
    """Used by a plugin in place of HTTP.

    Attributes:
        calls: Every call, in order.
        files: The content of files by id.
        parts: The parts, by number, of files by id that are not complete.
        stubs: The responses, by descending priority.
    """

    base_url = "https://platform.invalid"

    def __init__(self) -> None:
        self.calls: list[ApiCall] = []
        self.files: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.stubs: list[Stub] = []
        self._unanswered: list[str] = []
        self._lock = threading.Lock()

    def signed_url(self, id: str, part: int = 0) -> str:
        """Return the URL of a file's content, or of a part of it."""
        return f"{self.base_url}{_SIGNED}{id}{f'/{part}' if part else ''}"

    def join_parts(self, id: str) -> None:
        """Make up a file of the parts that were sent."""
        self.files[id] = b"".join(content for _, content in sorted(self.parts.pop(id, {}).items()))

    def unanswered(self) -> list[str]:
        """Return error messages for the calls without a response since the last time."""
        with self._lock:
            unanswered, self._unanswered = self._unanswered, []
        return unanswered

    def prefetch(self, traceparent: str) -> None:
        """Do nothing: there is no log-in."""

    def token(self, traceparent: str, time: TimeLimit) -> str:  # noqa: ARG002
        """Return a placeholder."""
        return "token"

    def call(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:  # noqa: ARG002
        """Return the response to an API call, or raise UnansweredCall."""
        call = ApiCall.of(request)
        with self._lock:
            self.calls.append(call)
            stub = next((stub for stub in self.stubs if stub.matches(call)), None)
            if stub is None:
                message = self._message(call)
                self._unanswered.append(message)
                raise UnansweredCall(message)
        return stub.respond(call, request)

    def transfer(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:  # noqa: ARG002
        """Store or return the content of a file, or store a part of one."""
        id, _, part = urlsplit(request.url).path.removeprefix(_SIGNED).partition("/")
        if request.method == "PUT":
            content = b"".join(request.pieces())
            if part:
                self.parts.setdefault(id, {})[int(part)] = content
            else:
                self.files[id] = content
            return Response(200, {"etag": f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'}, b"")
        return _fetched(request, self.files[id])

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _message(self, call: ApiCall) -> str:
        body = "" if call.json is None else f" with {json.dumps(call.json)}"
        known = ", ".join(sorted({str(stub) for stub in self.stubs})) or "nothing"
        return (
            f"The plugin called {call}{body}, but the test has no answer for it: add "
            f'biot_api.{call.method.lower()}("{call.path}", answer=...). The test has answers for {known}.'
        )


def _fetched(request: Request, content: bytes) -> Response:
    if request.sink is None:
        return Response(200, {}, content)
    request.sink.begin()
    request.sink.write(memoryview(content))
    return Response(200, {}, b"")
