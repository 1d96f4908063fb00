"""What is secret in calls is taken out, and nothing else is changed."""

from __future__ import annotations

import json

from biot_emulator.timelines.masking import Masking, bare_headers, bare_query, masked_exchange, readable


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


def test_what_is_behind_a_name_that_comes_again_is_no_less_secret() -> None:
    for body in (b'{"a": {"pwd": "hunter22x"}, "a": 1}', b'{"pwd": "hunter22x", "pwd": 1, "0-pwd": 2}'):
        request, response = masked_exchange(body, b"got hunter22x")
        assert b"hunter22x" not in request + response
        assert b"<hidden>" in request
    assert masked_exchange(b'{"a": 1, "a": 2}', b"") == (b'{"a": 1, "a": 2}', b"")


def test_a_form_has_secrets_as_json_has() -> None:
    assert masked_exchange(b"pwd=hunter%2122&z=1", b"got hunter!22") == (b"pwd=<hidden>&z=1", b"got <hidden>")


def test_a_query_is_recorded_without_what_its_parameters_call_secret() -> None:
    query = "a=1&pwd=x&%70asscode=4711&access_key=&client-key=y&token=z&token_url=u&limit=5"
    shown = "a=1&pwd=<hidden>&%70asscode=<hidden>&access_key=&client-key=<hidden>&token=<hidden>&token_url=u&limit=5"
    assert bare_query(query) == shown
    assert bare_query("") == ""
    assert bare_query("a=1&b=correct-horse&pwd=correct-horse&pin_token=1&c") == (
        "a=1&b=<hidden>&pwd=<hidden>&pin_token=<hidden>&c"
    )
