"""Whether a body may have secrets is seen cheaply, and never wrongly denied."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.invocations.redaction import Redaction
from biot_emulator.security.secret_values import is_secret_name
from biot_emulator.timelines.masking import Masking, bare_headers, masked_exchange, may_have_secrets, readable

NAMES = ["password", "apiKey", "x-pat", "dsn", "salt", "DB_AUTH", "connectionString", "clientKey", "cookie", "pwd"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ['{"%s": "x"}', '{"a": [{"%s":1}]}', '{"a":{"%s" :null}}'])
def test_a_secret_name_is_seen(name: str, form: str) -> None:
    for spelling in (name, name.upper(), name.title()):
        assert may_have_secrets((form % spelling).encode())


@given(st.dictionaries(st.one_of(st.text(max_size=12), st.sampled_from(NAMES)), st.text(max_size=20), max_size=4))
def test_nothing_is_hidden_in_what_has_no_secret(document: dict[str, Any]) -> None:
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
    value = readable(content)
    if isinstance(value, dict) and not may_have_secrets(content):
        assert not any(map(is_secret_name, value))
        assert Redaction()(value) == value


def test_what_is_secret_in_one_body_is_hidden_in_the_other() -> None:
    request, response = masked_exchange(b'{"password": "hush hush"}', b'{"a": "hush hush", "b": 1}')
    assert json.loads(request) == {"password": "<hidden>"}
    assert json.loads(response) == {"a": "<hidden>", "b": 1}
    assert masked_exchange(b"text password=hush", b"\xff\0") == (b"text password=<hidden>", b"\xff\0")
    assert masked_exchange(b"", b'{"key":  1}') == (b"", b'{"key":  1}')
    assert readable(b"\xff") is None


def test_the_platforms_own_secrets_are_hidden_in_whatever_is_shown() -> None:
    masking = Masking(lambda: ["the-platforms-own-1"])
    shown = masking({"a": "x the-platforms-own-1 y", "b": {"token": "z"}, "c": [1, None, "the-platforms-own-1"]})
    assert shown == {"a": "x <hidden> y", "b": {"token": "<hidden>"}, "c": [1, None, "<hidden>"]}


def test_headers_say_that_a_secret_was_there() -> None:
    headers = {"authorization": "Basic x", "Cookie": "a=b", "x-api-key": "y", "x-any": "Bearer eyJx", "accept": "*/*"}
    hidden = dict.fromkeys(("authorization", "Cookie", "x-api-key", "x-any"), "<hidden>")
    assert bare_headers(headers) == {**hidden, "accept": "*/*"}
