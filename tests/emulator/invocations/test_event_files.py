"""The event of a recorded invocation, as a file has it: to the byte where that matters, without tokens."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.event_kind import EventKind
from biot_emulator.fixtures.events import prepare_event
from biot_emulator.http.response import Response
from biot_emulator.invocations.event_files import event_of, hidden_parts
from biot_emulator.invocations.history import Invocations
from biot_emulator.invocations.records import Started, Trigger
from biot_emulator.lambda_function.invocation import Invocation

TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
DONE = Invocation({}, Response(200), None, 1.0, None, 20, [], cold=False)


def event_file(event: Any, kind: EventKind = EventKind.DIRECT, *, ended: bool = True) -> Any:
    """Record an event, and return its file."""
    invocations = Invocations()
    started = Started("p", Trigger(kind), event, time=datetime.now(UTC), secrets=tuple, variables={})
    invocations.begin(started)
    if ended:
        invocations.end(started, DONE)
    return invocations.event(started.summary.id)


def sent(file: Any) -> Any:
    return prepare_event(file, lambda _: TOKEN)


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize(
    "body",
    [
        '{"a":  1}',
        '{"a":1.50}',
        '{"a":1,"a":2}',
        '{"a":1}',
        '"text"',
        "12",
        "1e3",
        "text",
        "[ ]",
        "null",
        "",
        '{"é":"\\u00e9"}',
    ],
)
def test_the_body_of_a_direct_call_is_the_same_to_the_byte(body: str, ended: bool) -> None:
    event = {"headers": {"authorization": f"Bearer {TOKEN}"}, "body": body, "isBase64Encoded": False}
    file = event_file(event, ended=ended)
    assert file["headers"] == {"authorization": "Bearer SIGN_ME"}
    assert sent(file)["body"] == body


@given(st.text(max_size=50))
def test_any_body_is_the_same_to_the_byte_or_says_that_it_is_not(body: str) -> None:
    file = event_file({"headers": {}, "body": body})
    assert hidden_parts(file) or sent(file)["body"] == body


def test_a_body_in_base64_stays_one() -> None:
    body = base64.b64encode(b"a=1&b=2").decode()
    assert event_file({"headers": {}, "body": body, "isBase64Encoded": True})["body"] == body


def test_a_notification_has_a_placeholder_in_its_body() -> None:
    body = json.dumps({"data": {"entity": {"a": 1}}, "jwt": TOKEN}, separators=(",", ":"))
    event = {"headers": {"hooktype": "NOTIFICATION"}, "body": body}
    file = event_file(event, EventKind.NOTIFICATION)
    assert file["body"] == {"data": {"entity": {"a": 1}}, "jwt": "SIGN_ME"}
    assert sent(file)["body"] == body
    # An entity may have a field of that name, which is no token of the platform's.
    assert event_file({"headers": {}, "body": json.dumps({"jwt": TOKEN})})["body"] == {"jwt": "<hidden>"}


@pytest.mark.parametrize("event", [1, None, "x", [1], {}, {"source": "aws.events"}, {"headers": 1}])
def test_an_event_without_headers_is_what_it_is(event: Any) -> None:
    assert event_file(event) == event


def test_what_is_not_there_any_more_is_named() -> None:
    event = {"headers": {"x-api-key": "hush hush"}, "body": json.dumps({"a": [{"password": "hush"}], "b": "y"})}
    assert hidden_parts(event_file(event)) == ["/headers/x-api-key", "/body/a/0/password"]
    assert hidden_parts(event_file({"headers": {}, "body": "x" * 300_000})) == ["/body"]
    assert event_of({"input": {"headers": {}, "body": 1}, "kind": "DIRECT"}) == {"headers": {}, "body": 1}


def test_an_invocation_that_is_forgotten_has_no_event() -> None:
    assert Invocations().event("nobody") is None


@pytest.mark.parametrize("body", ['{"a":{"pwd":"hunter22x"},"a":1}', '{"password":"hunter22x","password":1}'])
def test_no_file_has_what_is_secret_behind_a_name_that_comes_again(body: str) -> None:
    assert "hunter22x" not in str(event_file({"headers": {}, "body": body}))
