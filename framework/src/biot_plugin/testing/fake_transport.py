"""Carries a plugin's calls to the answers that a test gives."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from biot_plugin.http.exchange import Answer, Request
from biot_plugin.testing.stubbed_response import ApiCall, Stub

if TYPE_CHECKING:
    from biot_plugin.api_client.retries import Tell
    from biot_plugin.http.time_limit import TimeLimit

_SIGNED = "/signed/"


class UnansweredCall(BaseException):
    """A plugin called what the test has no answer for. No handler can mistake it for an error of the platform."""


class FakeTransport:
    """What a plugin has in place of the platform's HTTP.

    Attributes:
        calls: Every call, in order.
        files: The content of files by id.
        stubs: The answers, those that are looked at first in front.
    """

    base_url = "https://platform.invalid"

    def __init__(self) -> None:
        self.calls: list[ApiCall] = []
        self.files: dict[str, bytes] = {}
        self.stubs: list[Stub] = []
        self._unanswered: list[str] = []
        self._lock = threading.Lock()

    def signed_url(self, id: str) -> str:
        """Where a file's content goes to, and comes from."""
        return f"{self.base_url}{_SIGNED}{id}"

    def unanswered(self) -> list[str]:
        """What was called without an answer since it was asked last."""
        with self._lock:
            unanswered, self._unanswered = self._unanswered, []
        return unanswered

    def prefetch(self, traceparent: str, time: TimeLimit) -> None:
        """There is nothing to log in to."""

    def token(self, traceparent: str, time: TimeLimit) -> str:  # noqa: ARG002
        """A token that is good for nothing."""
        return "token"

    def call(self, request: Request, time: TimeLimit, tell: Tell) -> Answer:  # noqa: ARG002
        """Answers a call of a handler, or raises UnansweredCall."""
        call = ApiCall.of(request)
        with self._lock:
            self.calls.append(call)
            stub = next((one for one in self.stubs if one.fits(call)), None)
            if stub is None:
                message = self._message(call)
                self._unanswered.append(message)
                raise UnansweredCall(message)
        return stub.answered(call, request)

    def transfer(self, request: Request, time: TimeLimit, tell: Tell) -> Answer:  # noqa: ARG002
        """Takes or gives the content of a file."""
        id = urlsplit(request.url).path.removeprefix(_SIGNED)
        if request.method == "PUT":
            self.files[id] = request.content
            return Answer(200, {}, b"")
        return Answer(200, {}, self.files[id])

    def close(self) -> None:
        """There is nothing to close."""

    def _message(self, call: ApiCall) -> str:
        body = "" if call.json is None else f" with {json.dumps(call.json)}"
        known = ", ".join(sorted({str(stub) for stub in self.stubs})) or "nothing"
        return (
            f"The plugin called {call}{body}, which the test has no answer for: give it one with "
            f'biot_api.{call.method.lower()}("{call.path}", answer=...). It has answers for {known}.'
        )
