"""What a recording is made of: an invocation with the calls that the plugin made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.operator.records.exchanges import Exchanges, NotRecordable
from biot_emulator.testing import Emulator
from tests.emulator.operator.records.conftest import CREATE, create, last

pytestmark = pytest.mark.slow


def exchange_of(emulator: Emulator, step: dict[str, Any]) -> dict[str, Any]:
    reply = emulator.call("GET", f"/_emulator/invocations/{step['invocation']['id']}/exchange")
    assert reply.status_code == 200, reply.body
    document: dict[str, Any] = reply.body
    return document


def exchanges(emulator: Emulator, write: Any = None) -> Exchanges:
    platform = emulator.platform
    assert platform is not None
    return Exchanges(platform.calls, platform.invocations, platform.records.timelines, write)


def test_an_exchange_has_the_event_the_reply_and_the_calls_without_the_log_in(emulator: Emulator) -> None:
    assert create(emulator, do="call").status_code == 201
    first, second, *_ = last(emulator, "roots=true")["steps"]
    document = exchange_of(emulator, first)
    assert json.loads(document["event"]["body"])["apiId"] == CREATE
    assert document["event"]["headers"]["authorization"] == "Bearer SIGN_ME"
    assert document["reply"]["statusCode"] == 200
    assert json.loads(document["reply"]["body"])["request"]["body"]["trail"] == "a"
    assert [(call["method"], call["path"], call["query"], call["statusCode"]) for call in document["calls"]] == [
        ("GET", "/device/v2/devices", "", 200)
    ]
    assert document["calls"][0]["answer"]["data"] == []
    assert (document["plugin"], document["durationMs"] > 0) == ("Plugin-first", True)
    assert exchange_of(emulator, second)["calls"] == []


def test_a_failure_has_no_reply(emulator: Emulator) -> None:
    create(emulator, do="crash")
    assert exchange_of(emulator, last(emulator)["steps"][0])["reply"] is None


def test_what_is_not_known_is_named(emulator: Emulator) -> None:
    for method, path in (("GET", "exchange"), ("POST", "recording")):
        reply = emulator.call(method, f"/_emulator/invocations/nobody/{path}")
        assert reply.status_code in (404, 409)
    assert exchanges(emulator).document("nobody") is None
    assert exchanges(emulator, print).record("nobody") is None


def test_an_emulator_alone_records_nothing_as_it_would_not_know_what_identifies_people(emulator: Emulator) -> None:
    create(emulator)
    step = last(emulator)["steps"][0]
    reply = emulator.call("POST", f"/_emulator/invocations/{step['invocation']['id']}/recording")
    assert (reply.status_code, reply.body["code"]) == (409, "NOT_RECORDABLE")
    assert "run biot-plugin record --from" in reply.body["message"]
    assert not exchanges(emulator).can_record


def test_whoever_can_record_gets_the_exchange(emulator: Emulator) -> None:
    create(emulator)
    step = last(emulator)["steps"][0]
    documents: list[dict[str, Any]] = []

    def write(document: dict[str, Any]) -> Path:
        documents.append(document)
        return Path("there")

    assert exchanges(emulator, write).record(step["invocation"]["id"]) == Path("there")
    assert documents == [exchange_of(emulator, step)]
    assert exchanges(emulator, write).can_record


@pytest.mark.parametrize("event", [{"headers": {}, "body": "x" * 300_000}, {"headers": {}, "more": "x" * 300_000}])
def test_what_is_too_large_is_not_recorded(emulator: Emulator, event: dict[str, Any]) -> None:
    reply = emulator.call("POST", "/_emulator/plugins/Plugin-first/invoke?exact=true", json=event)
    with pytest.raises(NotRecordable, match="too large"):
        exchanges(emulator).document(reply.body["id"])
