"""What is printed of what a plugin received, returned and printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_plugin.logs import secret_patterns as framework
from biot_plugin_cli.terminal.redaction import SECRET_PATTERNS, Secrets

#: Each would take minutes if every beginning of a match were looked at to the end of the text.
HOSTILE = [
    "a-",
    "eyJ",
    "eyJ-",
    "eyJ.",
    "eyJaaaaaaaa.",
    "eyJaaaaa..",
    "Bearer ",
    "bearer\t\n",
    "token",
    "secret-key",
    "token=",
]


def test_the_patterns_are_those_of_the_frameworks_log() -> None:
    assert framework.SECRETS == SECRET_PATTERNS


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    secrets = Secrets(["eyJa"], "the-secret-key")
    assert secrets.hide_all(f"{text} the-secret-key {{").endswith(" … {")
    assert secrets.hidden({text: [text]})


def test_values_after_names_of_secrets_are_hidden() -> None:
    text = "API_KEY=abc, password=def&x=1 authorization=Bearer ghi"
    shown = Secrets((), "").hide_all(text)
    assert not any(secret in shown for secret in ("abc", "def", "ghi"))


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}])
def test_what_is_nested_without_end_is_cut(wrap: Any) -> None:
    value: Any = "text"
    for _ in range(100_000):
        value = wrap(value)
    assert "<nested too deeply>" in json.dumps(Secrets((), "").hidden(value))
