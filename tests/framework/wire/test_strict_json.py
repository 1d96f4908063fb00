from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin.testing import strategies
from biot_plugin.wire import strict_json


@given(value=strategies.json_values())
@settings(deadline=None)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    text = strict_json.dumps(value)
    text.encode()
    assert strict_json.loads(text) == strict_json.loads(text.encode()) == value


@given(text=st.text(st.characters()))
@settings(deadline=None)
def test_any_text_can_be_written(text: str) -> None:
    written = strict_json.dumps({text: [text]})
    written.encode()
    # A pair of surrogates is one character in JSON.
    assert json.loads(written) == json.loads(json.dumps({text: [text]}))
    assert strict_json.dumps_text(text) == strict_json.dumps(text)


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", "-Infinity", "[-]", "01", "[-00]", "[" * 100_000, "\ufeff1"]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        strict_json.loads(text)


@pytest.mark.parametrize("content", [b"\xff", b'{"a": NaN}', b"\xef\xbb\xbf"])
def test_bytes_that_are_no_json_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        strict_json.loads(content)


def test_of_a_repeated_name_the_last_value_counts() -> None:
    assert strict_json.loads('{"a":1,"b":2,"a":3}') == {"a": 3, "b": 2}


def test_the_order_of_names_and_the_characters_of_text_stay() -> None:
    assert strict_json.dumps(strict_json.loads('{"b":"\\u00e9\\/","a":"\\ud83d\\ude00"}')) == '{"b":"é/","a":"😀"}'
