"""The body of a call, however its envelope has it."""

from __future__ import annotations

import base64
from typing import Any
from unittest.mock import Mock, call

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin import Plugin
from biot_plugin.testing import Client, Context, events, signed
from biot_plugin.wire import strict_json
from biot_plugin.wire.envelope import Envelope


@given(headers=st.dictionaries(st.text() | st.integers(), st.text(max_size=3) | st.none(), max_size=4))
@settings(deadline=None)
def test_names_of_headers_are_in_lower_case_and_all_of_them_are_text(headers: dict[Any, Any]) -> None:
    expected = {str(name).lower(): value for name, value in headers.items() if str(name) is name and value is not None}
    assert Envelope({"headers": headers}).headers == expected


@pytest.mark.parametrize(
    ("envelope", "content"),
    [
        ({}, b""),
        ({"body": None}, b""),
        ({"body": ""}, b""),
        ({"body": "text \u00e9"}, "text \u00e9".encode()),
        ({"body": "AP8=", "isBase64Encoded": True}, b"\x00\xff"),
    ],
)
def test_the_content_is_the_body_in_bytes(plugin: Plugin, envelope: dict[str, Any], content: bytes) -> None:
    plugin.endpoint()(lambda event: event.content)
    reply = Client(plugin).send({**events.direct("POST"), **envelope})
    assert (reply.status_code, reply.content) == (200, content)


@pytest.mark.parametrize(
    ("body", "content"),
    [({"age": 7, "name": "\u00e9"}, '{"age":7,"name":"\u00e9"}'.encode()), ([1.5], b"[1.5]"), (True, b"true")],
)
def test_a_body_that_is_no_text_is_read_as_its_json(plugin: Plugin, body: Any, content: bytes) -> None:
    plugin.endpoint()(lambda event: event.content)
    client = Client(plugin)
    event = {**signed(events.direct("POST"), client.signer), "body": body}
    reply = plugin.handler(event, Context())
    assert (reply["statusCode"], base64.b64decode(reply["body"])) == (200, content)


@pytest.mark.parametrize("body", ["AP8", "no base64", "\u00e9"])
def test_content_that_is_no_base64_is_refused(plugin: Plugin, body: str) -> None:
    plugin.endpoint()(lambda event: event.content)
    reply = Client(plugin).send({**events.direct("POST"), "body": body, "isBase64Encoded": True})
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "NO_DATA")


@pytest.mark.parametrize("content", [b"\xff", b"\xff" * 9000, b"[]", b""])
def test_an_event_in_base64_that_is_no_object_is_refused(plugin: Plugin, content: bytes) -> None:
    plugin.pre_request("POST/organization/v1/users/patients")(lambda _event: None)
    envelope = {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}
    reply = Client(plugin).send(events.pre_request("POST/organization/v1/users/patients", envelope=envelope))
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "NO_DATA")


@pytest.mark.parametrize("body", ["", "{", "[]", "NaN"])
def test_a_notification_whose_body_is_no_object_is_refused_as_one_without_a_token(plugin: Plugin, body: str) -> None:
    plugin.notification("patient", "_create")(lambda _event: None)
    reply = Client(plugin).send(events.notification("patient", "_create", envelope={"body": body}))
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (400, "JWT_ERROR")


def test_the_body_of_a_notification_is_parsed_once(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin.notification("patient", "_create")(lambda _event: None)
    client = Client(plugin)
    event = signed(events.notification("patient", "_create", entity={"text": "x" * 5000}), client.signer)
    loads = Mock(side_effect=strict_json.loads)
    monkeypatch.setattr(strict_json, "loads", loads)
    assert plugin.handler(event, Context())["statusCode"] == 200
    assert loads.call_args_list.count(call(event["body"])) == 1
