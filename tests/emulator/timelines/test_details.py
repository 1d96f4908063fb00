"""Calls as timelines: without secrets wherever they are, and whatever a plugin has sent and returned."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.invocations.history import Invocations
from biot_emulator.state.clock import Clock
from biot_emulator.timelines.curl import curl_command
from biot_emulator.timelines.details import Timelines
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.masking import Masking
from biot_emulator.timelines.recorded_calls import CallKind, Sent

SECRET = "the-plugins-own-1"


@pytest.fixture
def calls() -> CallHistory:
    return CallHistory(Clock())


@pytest.fixture
def timelines(calls: CallHistory) -> Timelines:
    return Timelines(calls, Invocations(), Masking(lambda: [SECRET]))


def document(calls: CallHistory, timelines: Timelines, sent: Sent, response: bytes = b"") -> dict[str, Any]:
    id = calls.begin(CallKind.API, sent)
    calls.finish(id, 200, {"location": f"/{SECRET}"}, response)
    shown = timelines.document(id)
    assert shown
    return shown


def test_an_address_shows_no_secret_anywhere(calls: CallHistory, timelines: Timelines) -> None:
    shown = document(calls, timelines, Sent("GET", f"/a/{SECRET}/b c", f"x={SECRET}", {"x-a": SECRET}))
    assert SECRET not in str(shown)
    assert shown["address"] == "/a/<hidden>/b%20c?x=<hidden>"
    record = calls.find()[0][0]
    (summary,) = timelines.summaries([record])
    assert SECRET not in str(summary)
    sent = timelines.shown(record)
    assert sent
    assert SECRET not in curl_command(sent, "http://x")


@pytest.mark.parametrize(
    ("content", "body", "binary"),
    [(b"", None, False), (b"null", None, False), (b"\xff", None, True), (b"x", "x", False)],
)
def test_a_body_is_said_to_be_no_text(
    calls: CallHistory, timelines: Timelines, content: bytes, body: Any, binary: bool
) -> None:
    shown = document(calls, timelines, Sent("POST", "/a", content=content), content)
    for side in ("request", "response"):
        assert (shown[side]["body"], shown[side]["binary"]) == (body, binary)
