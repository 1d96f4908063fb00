"""What the record of an invocation leaves out, whatever a plugin received, returned and printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_emulator.invocations import redaction
from biot_emulator.invocations.redaction import Redaction
from biot_plugin.logs import secret_patterns as framework

TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJleHAiOjE3fQ.c2lnbmF0dXJl"

#: Each would take minutes if every beginning of a match were looked at to the end of the text.
HOSTILE = ["a-", "eyJ", "eyJ-", "eyJ.", "eyJaaaaa..", "eyJ.a", "Bearer ", "bearer\t\n", "token", "secret-key", "token="]
HOSTILE += ["'password':'", "password':'\\\\", 'password": ', "://a:", "://a:b", "authorization: basic ", "@"]
HOSTILE += ["\\", '"', "(", "é-", "Bearer xbearer", "=;"]


def test_the_patterns_are_those_of_the_frameworks_log() -> None:
    assert redaction.SECRETS == framework.SECRETS


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    value = {"body": {"text": f"{text} {{", f"{text}password": "hidden", "tokens": [text]}}
    copy = Redaction(["the-secret-key"])(value)
    assert "hidden" not in copy["body"].values()
    assert len(copy["body"]) == 3


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (f"Bearer {TOKEN}", "Bearer <hidden>"),
        (f"a-eyJ-{TOKEN}", "a-<hidden>"),
        ("authorization=Bearer abc def", "authorization=<hidden>Bearer <hidden> def"),
        ("API_KEY=abc&x=1", "API_KEY=<hidden>&x=1"),
        ({"x-Api-Key": "abc", "tokenExpiry": 5, "authToken": ["abc"], "a": "b"}, None),
        ({TOKEN: 1}, {"<hidden>": 1}),
        ("x the-secret-key y", "x <hidden> y"),
        ("{'password': 'a \"b', 'x': 1}", "{'password': '<hidden>', 'x': 1}"),
        ('{"db_password":"ab\\\\\\"cd", "x": "y"}', '{"db_password":"<hidden>", "x": "y"}'),
        (json.dumps(json.dumps({"apiKey": "abc", "x": "y"})), json.dumps(json.dumps({"apiKey": "<hidden>", "x": "y"}))),
        ("{'Authorization': 'Basic YWRh'}", "{'Authorization': '<hidden>'}"),
        (f'{{"authorization": "Bearer {TOKEN}"}}', '{"authorization": "Bearer <hidden>"}'),
        ("authorization: Basic YWRh\nx", "authorization: Basic <hidden>\nx"),
        ("to postgres://ada:p:w0rd@db/x and ://a@b", "to postgres://ada:<hidden>@db/x and ://a@b"),
        ("the password: it is 'long', 'token': 5", "the password: it is 'long', 'token': 5"),
        ("at http://[::1]:80/x@y", "at http://[::1]:80/x@y"),
    ],
)
def test_secrets_are_hidden(value: Any, recorded: Any) -> None:
    copy = Redaction(["the-secret-key"])(value)
    if recorded is None:
        recorded = {"x-Api-Key": "<hidden>", "tokenExpiry": 5, "authToken": "<hidden>", "a": "b"}
    assert copy == recorded


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}, lambda value: [{"a": [value]}]])
def test_what_is_nested_without_end_is_cut(wrap: Any) -> None:
    value: Any = TOKEN
    for _ in range(100_000):
        value = wrap(value)
    assert "<nested too deeply>" in json.dumps(Redaction()(value))
