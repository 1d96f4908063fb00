"""What is secret in calls is taken out, and nothing else is changed."""

from __future__ import annotations

import json

from biot_emulator.timelines.masking import Masking, bare_headers, masked_exchange, readable


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
