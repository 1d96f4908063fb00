from __future__ import annotations

import pytest

from biot_plugin.http.messages import Request, Response
from biot_plugin.http.time_limit import TimeLimit
from biot_plugin.logs.thread_traces import EventScope, current_scope
from biot_plugin.platform_errors import PlatformUnreachable
from biot_plugin.recording.recorded_platform import RecordedPlatform
from biot_plugin.settings import Settings
from biot_plugin.wire.trace import Trace

REQUEST = Request("GET", "https://api.example.org/device/v2/devices", {})


class Fake:
    """A transport that answers nothing."""

    base_url = "https://api.example.org"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def prefetch(self, traceparent: str) -> None:
        self.calls.append("prefetch")

    def token(self, traceparent: str, time: TimeLimit) -> str:
        return "token"

    def call(self, request: Request, time: TimeLimit, on_retry: object) -> Response:
        raise PlatformUnreachable(request.call, "no connection", sent=False)

    def transfer(self, request: Request, time: TimeLimit, on_retry: object) -> Response:
        return Response(200, {}, b"content")

    def close(self) -> None:
        self.calls.append("close")


def test_a_recorded_transport_does_what_the_transport_does() -> None:
    fake, platform, scope, time = (
        Fake(),
        RecordedPlatform(Settings({})),
        EventScope(Trace("", "")),
        TimeLimit(1),
    )
    platform.use(fake)
    answers = platform.record(scope)
    token = current_scope.set(scope)
    try:
        transport = platform.transport()
    finally:
        current_scope.reset(token)
    assert transport is not fake
    transport.prefetch("")
    assert transport.token("", time) == "token"
    assert transport.transfer(REQUEST, time, print).content == b"content"
    with pytest.raises(PlatformUnreachable):
        transport.call(REQUEST, time, print)
    transport.close()
    assert fake.calls == ["prefetch", "close"]
    assert [answer.reply for answer in answers.all()] == [{"error": "unreachable"}]


def test_other_events_are_not_recorded() -> None:
    platform = RecordedPlatform(Settings({}))
    fake = Fake()
    platform.use(fake)
    assert platform.transport() is fake
