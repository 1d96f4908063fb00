from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator import EventKind, InvalidEvent, event_body, event_kind, prepare_event
from tests.emulator.conftest import SHARED
from tests.emulator.test_function_url import json_values

FIXTURES = sorted((SHARED / "events").glob("*.json"))


def sign(kind: str) -> str:
    return f"token-for-{kind}"


def interceptor(**parts: Any) -> dict[str, Any]:
    return {"headers": {"hooktype": "INTERCEPTOR_PRE", "authorization": "Bearer SIGN_ME"}, **parts}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"headers": {"hooktype": "INTERCEPTOR_PRE"}}, EventKind.PRE_REQUEST),
        ({"headers": {"HookType": "INTERCEPTOR_POST"}}, EventKind.POST_REQUEST),
        ({"headers": {"hooktype": "INTERCEPTOR_POST_ENTITY"}}, EventKind.ADAPT_ENTITY),
        ({"headers": {"hooktype": "NOTIFICATION"}}, EventKind.NOTIFICATION),
        ({"headers": {"hooktype": "notification"}}, EventKind.DIRECT),
        ({"headers": {"hooktype": 5}}, EventKind.DIRECT),
        ({"headers": {"hooktype": "SCHEDULED"}}, EventKind.DIRECT),
        ({"headers": {}, "source": "aws.events", "detail-type": "Scheduled Event"}, EventKind.DIRECT),
        ({"source": "aws.events", "detail-type": "Scheduled Event"}, EventKind.SCHEDULED),
        ({"headers": []}, EventKind.DIRECT),
        ({}, EventKind.DIRECT),
    ],
)
def test_kinds(event: dict[str, Any], kind: EventKind) -> None:
    assert event_kind(event) is kind


@pytest.mark.parametrize(
    ("hook", "token"),
    [
        ("INTERCEPTOR_PRE", "token-for-interceptor"),
        ("INTERCEPTOR_POST", "token-for-interceptor"),
        ("INTERCEPTOR_POST_ENTITY", "token-for-interceptor"),
        ("anything else", "token-for-user"),
    ],
)
def test_the_header_is_signed(hook: str, token: str) -> None:
    event = {"headers": {"hooktype": hook, "Authorization": "Bearer SIGN_ME"}}
    assert prepare_event(event, sign)["headers"] == {"hooktype": hook, "Authorization": f"Bearer {token}"}
    assert event["headers"]["Authorization"] == "Bearer SIGN_ME"


def test_a_notification_is_signed_in_its_place_alone() -> None:
    body = '{"data": {"jwt":"SIGN_ME", "x": "\\"SIGN_ME\\""},\n "jwt" :  "SIGN_ME" , "é": [1.0]}'
    event = {"headers": {"hooktype": "NOTIFICATION", "content-length": "1"}, "body": body}
    prepared = prepare_event(event, sign)
    text = '{"data": {"jwt":"SIGN_ME", "x": "\\"SIGN_ME\\""},\n "jwt" :  "token-for-notification" , "é": [1.0]}'
    assert prepared["body"] == text
    assert prepared["headers"]["content-length"] == str(len(text.encode()))


def test_the_last_of_two_jwts_counts() -> None:
    event = {"headers": {"hooktype": "NOTIFICATION"}, "body": '{"jwt":"first","jwt":"SIGN_ME"}'}
    assert prepare_event(event, sign)["body"] == '{"jwt":"first","jwt":"token-for-notification"}'


@pytest.mark.parametrize(
    "event",
    [
        {"headers": {"hooktype": "INTERCEPTOR_PRE", "authorization": "SIGN_ME", "x-token": "Bearer SIGN_ME"}},
        {"headers": {"hooktype": "INTERCEPTOR_PRE"}, "body": '{"jwt":"SIGN_ME"}'},
        {"headers": {"hooktype": "NOTIFICATION"}, "body": '{"data":{"jwt":"SIGN_ME"},"jwt":null}'},
        {"headers": {"hooktype": "NOTIFICATION"}, "body": "SIGN_ME"},
        {"headers": {"hooktype": "NOTIFICATION"}, "body": '{"jwt":"SIGN_ME"'},
        {"headers": {"hooktype": "NOTIFICATION"}, "body": '{"jwt":"SIGN_ME"}', "isBase64Encoded": True},
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {"jwt": "Bearer SIGN_ME"}},
        {"body": None, "rawPath": "Bearer SIGN_ME"},
        {"headers": None, "body": 5},
    ],
)
def test_a_placeholder_anywhere_else_is_data(event: dict[str, Any]) -> None:
    assert prepare_event(event, sign) == event


def test_a_body_may_be_written_as_an_object() -> None:
    event = interceptor(body={"request": {"body": {"b": "é\\", "a": [None]}}})
    prepared = prepare_event(event, sign)
    assert prepared["body"] == '{"request":{"body":{"b":"é\\\\","a":[null]}}}'
    assert prepared["headers"]["content-length"] == str(len(prepared["body"].encode()))


def test_a_notification_may_be_written_as_an_object() -> None:
    event = {"headers": {"hooktype": "NOTIFICATION", "Content-Length": "9"}, "body": {"jwt": "SIGN_ME", "data": 1}}
    prepared = prepare_event(event, sign)
    assert prepared["body"] == '{"jwt":"token-for-notification","data":1}'
    assert prepared["headers"]["Content-Length"] == "41"


def test_a_body_that_is_not_json_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="body is not JSON"):
        prepare_event({"body": {"n": float("nan")}}, sign)


@pytest.mark.parametrize("file", FIXTURES or [None], ids=lambda file: file.stem if file else "none")
def test_the_platforms_events(file: Path | None) -> None:
    if file is None:
        pytest.skip(f"the platform's events are not at {SHARED / 'events'}")
    event = json.loads(file.read_text(encoding="utf-8"))
    prepared = prepare_event(event, sign)
    assert event_kind(event).name.lower() in file.stem or file.stem.startswith(("direct", "scheduled"))
    is_hook = "hooktype" in event.get("headers", {})
    assert json.dumps(prepared).count("token-for-") == is_hook
    assert "SIGN_ME" not in json.dumps(prepared)
    if "body" in event:
        changed, was = event_body(prepared), event_body(event)
        assert {**changed, "jwt": None} == {**was, "jwt": None}
        assert prepared["headers"]["content-length"] == str(len(prepared["body"].encode()))


hooks = st.sampled_from(["INTERCEPTOR_PRE", "INTERCEPTOR_POST", "INTERCEPTOR_POST_ENTITY", "NOTIFICATION", "else"])
placeholders = st.sampled_from(["SIGN_ME", "Bearer SIGN_ME", "jwt", "authorization", '"SIGN_ME"'])
texts = st.text() | placeholders
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


@given(hooks, bodies, st.sampled_from([None, 1]), st.booleans())
def test_a_body_as_text_changes_in_its_token_alone(hook: str, body: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(body, indent=indent, ensure_ascii=ascii_only)
    event = {"headers": {"hooktype": hook}, "body": text}
    before = copy.deepcopy(event)
    prepared = prepare_event(event, sign)
    assert event == before
    if hook == "NOTIFICATION" and isinstance(body, dict) and body.get("jwt") == "SIGN_ME":
        assert json.loads(prepared["body"]) == {**body, "jwt": "token-for-notification"}
        assert len(prepared["body"]) == len(text) + len("token-for-notification") - len("SIGN_ME")
    else:
        assert prepared == event


@given(json_values)
def test_any_event_can_be_prepared(value: Any) -> None:
    event = value if isinstance(value, dict) else {"headers": {"hooktype": "NOTIFICATION"}, "body": value}
    prepared = prepare_event(event, sign)
    assert isinstance(event_kind(event), EventKind)
    assert set(prepared) == set(event)
    if isinstance(event.get("body"), dict | list):
        assert json.loads(prepared["body"]) == event["body"]
