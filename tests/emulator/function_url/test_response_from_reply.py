from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator import MalformedReply, Response, respond

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("reply", "status_code", "body"),
    [
        ({"request": {"path": "/"}}, 200, {"request": {"path": "/"}}),
        ('{"request": {}}', 200, {"request": {}}),
        ("Hello", 200, "Hello"),
        (None, 200, None),
        ([1, "é"], 200, [1, "é"]),
        ({}, 200, {}),
        ({"statusCode": None}, 200, {"statusCode": None}),
        ({"statusCode": 204}, 204, None),
        ({"statusCode": "403", "body": '{"code": "NO"}'}, 403, {"code": "NO"}),
        ({"statusCode": 403, "body": {"code": "NO"}}, 403, {"code": "NO"}),
        ({"statusCode": 200, "body": "1,2", "headers": {"Content-Type": "text/csv"}}, 200, "1,2"),
        ({"statusCode": 200, "body": "12", "headers": {"Content-Type": "text/plain"}}, 200, "12"),
        (
            {"statusCode": 200, "body": base64.b64encode(b"\xff\x00").decode(), "isBase64Encoded": True},
            200,
            b"\xff\x00",
        ),
        ({"statusCode": 200, "body": "WzFd", "isBase64Encoded": True}, 200, [1]),
        ({"statusCode": 200, "body": "{broken"}, 200, "{broken"),
    ],
)
def test_replies_become_responses(reply: Any, status_code: int, body: Any) -> None:
    response = respond(reply)
    assert (response.status_code, response.body) == (status_code, body)


def test_headers_and_cookies() -> None:
    reply = {"statusCode": 200, "headers": {"X-One": 1, "X-Two": True, "X-Three": None}, "cookies": ["a=1", "b=2"]}
    response = respond(reply)
    assert response.headers == {"content-type": "application/json", "x-one": "1", "x-two": "true"}
    assert response.cookies == ("a=1", "b=2")


@pytest.mark.parametrize(
    "reply",
    [
        {"statusCode": "fine"},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 100},
        {"statusCode": "199"},
        {"statusCode": 600},
        {"statusCode": 200.5},
        {"statusCode": "²00"},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "headers": {"x": ["a"]}},
        {"statusCode": 200, "headers": {"": "a"}},
        {"statusCode": 200, "headers": {"x y": "a"}},
        {"statusCode": 200, "headers": {"x": "a\0b"}},
        {"statusCode": 200, "cookies": ["a\0b"]},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
    ],
)
def test_malformed_replies(reply: Any) -> None:
    with pytest.raises(MalformedReply):
        respond(reply)


@given(json_values)
def test_what_has_no_status_code_is_the_body_of_a_200(reply: Any) -> None:
    if isinstance(reply, dict):
        reply.pop("statusCode", None)
    response = respond(reply)
    assert response.status_code == 200
    if not isinstance(reply, str):
        assert response.body == reply


@given(
    st.fixed_dictionaries(
        {"statusCode": json_values | st.integers(100, 599)},
        optional={"body": json_values, "headers": json_values, "cookies": json_values, "isBase64Encoded": json_values},
    )
)
def test_any_object_with_a_status_code_is_a_response_or_malformed(reply: dict[str, Any]) -> None:
    try:
        response = respond(reply)
    except MalformedReply:
        return
    assert 200 <= response.status_code <= 599
    assert json.dumps(response.body, default=bytes.hex) is not None


@given(st.binary())
def test_base64_bodies_come_back_byte_for_byte(content: bytes) -> None:
    reply = {"statusCode": 200, "body": base64.b64encode(content).decode(), "isBase64Encoded": True}
    assert respond(reply).content == content


@given(st.binary(), st.text())
def test_any_bytes_have_a_body(content: bytes, content_type: str) -> None:
    body = Response(200, {"content-type": content_type}, content).body
    assert (body is None) == (not content) or content == b"null"
