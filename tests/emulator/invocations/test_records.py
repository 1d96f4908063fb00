"""The record of an invocation."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from biot_emulator.event_kind import EventKind
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Started, Trigger, invocation_record
from biot_emulator.invocations.redaction import Redaction
from biot_emulator.lambda_function.invocation import Invocation
from biot_emulator.security.known_secrets import KnownSecrets

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


def recorded(event: Any) -> Any:
    return invocation_record(
        "Plugin-demo",
        Trigger(EventKind.DIRECT),
        event,
        Invocation({}, Response(200, {}, b"{}"), None, 0.0, None, 0, ["printed hush-hush"], cold=False),
        time=datetime.now(UTC),
        secrets=["the-key-1"],
        variables={},
    )


def in_base64(content: bytes) -> dict[str, Any]:
    return {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"name=Ada&a=1", b"name=Ada&a=1"),
        (b"name=Ada&client_secret=hush-hush&a=1", b"name=Ada&client_secret=<hidden>&a=1"),
        (b"text with the-key-1", b"text with <hidden>"),
        (b'{"a": 1}', b'{"a": 1}'),
        (b'{"password": "hush-hush", "a": 1}', b'{"password":"<hidden>","a":1}'),
        (b"\xff\x00", b"\xff\x00"),
        (b"", b""),
    ],
)
def test_secrets_are_removed_from_a_text_in_base64_which_stays_that(content: bytes, shown: bytes) -> None:
    record = recorded(in_base64(content))
    assert base64.b64decode(record["input"]["body"]) == shown
    assert record["input"]["isBase64Encoded"] is True
    if content.startswith(b'{"password'):
        assert record["logs"] == ["printed <hidden>"]


@pytest.mark.parametrize(
    "event", [None, 1, "text", [1, {"body": 2}], {}, {"body": {"a": 1}}, {"body": None}, {"x": [[]]}]
)
def test_an_event_may_be_any_json(event: Any) -> None:
    assert recorded(event)["input"] == event


@pytest.mark.parametrize("event", ["x" * LARGE, ["x" * LARGE], {"a": "x" * LARGE}, {"a": "x" * LARGE, "body": "y"}])
def test_a_large_event_is_left_out(event: Any) -> None:
    assert "bytes, left out>" in recorded(event)["input"]


@pytest.mark.parametrize("body", [{}, {"request": None}, {"request": []}, {"request": {"body": 1}}, [], "text"])
def test_an_operators_own_event_need_not_be_one_of_the_platforms(body: Any) -> None:
    assert record(body, {"request": {}})["input"]["body"] == body


def test_a_summary_has_no_secret_of_the_plugin_or_the_platform_in_its_path() -> None:
    started = Started(
        "Plugin-demo",
        Trigger(EventKind.DIRECT, "GET /a/the-platforms-1/the-plugins-2"),
        {},
        time=datetime.now(UTC),
        secrets=lambda: ["the-platforms-1"],
        variables={"API_TOKEN": "the-plugins-2"},
    )
    assert started.summary.hook == "GET /a/<hidden>/<hidden>"


def test_what_hides_secrets_in_a_path_is_made_once_for_all_calls_with_the_same_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[str, ...]] = []
    searched: list[object] = []
    make = KnownSecrets.__init__

    def count(self: KnownSecrets, values: Iterable[str]) -> None:
        made.append(tuple(values))
        make(self, made[-1])

    monkeypatch.setattr(KnownSecrets, "__init__", count)
    key = "calls-have-this-key-1"
    redact = Redaction.__call__

    def search(self: Redaction, value: object) -> object:
        searched.append(value)
        return redact(self, value)

    monkeypatch.setattr(Redaction, "__call__", search)
    trigger = Trigger(EventKind.DIRECT, f"GET /{key}/calls-have-that-key-2/calls-have-a-token-3")

    def hook(*secrets: str, **variables: str) -> str | None:
        begun = Started("p", trigger, {}, time=datetime.now(UTC), secrets=lambda: secrets, variables=variables)
        return begun.summary.hook

    for _ in range(10):
        assert hook(key) == "GET /<hidden>/calls-have-that-key-2/calls-have-a-token-3"
    assert made == [(key,)]
    assert len(searched) == 1
    for _ in range(10):
        assert hook(key, "calls-have-that-key-2") == "GET /<hidden>/<hidden>/calls-have-a-token-3"
        assert hook(key, TOKEN="calls-have-a-token-3") == "GET /<hidden>/calls-have-that-key-2/<hidden>"
    assert made[1:] == [(key, "calls-have-that-key-2"), (key, "calls-have-a-token-3")]
