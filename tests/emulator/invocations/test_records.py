"""The record of an invocation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from biot_emulator.event_kind import EventKind
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger, invocation_record
from biot_emulator.lambda_function.invocation import Invocation

LARGE = 256 * 1024


def record(body: object, reply: object) -> dict[str, Any]:
    content = json.dumps(reply).encode()
    invocation = Invocation(
        reply, Response(200, {"content-type": "application/json"}, content), None, 0.0, None, 0, [], cold=False
    )
    event = {"headers": {"hooktype": "INTERCEPTOR_PRE"}, "body": json.dumps(body)}
    trigger = Trigger(EventKind.PRE_REQUEST, "POST/x")
    return invocation_record(
        "Plugin-demo", trigger, event, invocation, time=datetime.now(UTC), secrets=[], variables={}
    )


def test_bodies_are_recorded_and_compared() -> None:
    recorded = record({"request": {"body": {"a": 1}}}, {"request": {"body": {"a": 2}}})
    assert recorded["input"]["body"] == {"request": {"body": {"a": 1}}}
    assert recorded["reply"] == {"request": {"body": {"a": 2}}}
    assert recorded["difference"] == [{"path": "/body/a", "before": 1, "after": 2}]


def test_large_bodies_are_left_out() -> None:
    small, large = {"request": {"body": "x"}}, {"request": {"body": "x" * LARGE}}
    for body, reply in ((small, large), (large, small), (large, large)):
        recorded = record(body, reply)
        assert (recorded["input"]["body"] == small) == (body is small)
        assert (recorded["reply"] == small) == (reply is small)
        assert "bytes, left out>" in json.dumps(recorded)
        assert len(json.dumps(recorded)) < LARGE
