from __future__ import annotations

import base64

import pytest
from hypothesis import given, strategies as st

from biot_plugin.recording.encodings import as_base64, as_json, from_base64, from_json, is_query, is_url


@given(st.text(st.characters(categories=["L", "N"]), min_size=6))
def test_a_text_in_base64_is_read_and_written_alike(text: str) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(text.encode()).decode()
        for written in (encoded, encoded.rstrip("=")):
            if (decoded := from_base64(written)) is not None:
                assert decoded == text
                assert as_base64(decoded, written).rstrip("=") == written.rstrip("=")


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("eyJhIjoxfQ==", '{"a":1}'),
        ("TWFyaWEgMQ==", "Maria 1"),
        ("TWFyaWEgMTE3", "Maria 117"),
        ("w7w_w7w_w7w_w7w_", "ü?ü?ü?ü?"),
        ("oberhuber", None),
        ("12345678", None),
        ("Oberhuber7", None),
        ("AAECAwQFBgc=", None),
        ("IT8hPyE/IT8h", None),
        ("a b", None),
    ],
)
def test_what_is_base64_of_a_text(text: str, decoded: str | None) -> None:
    assert from_base64(text) == decoded


def test_a_number_that_python_does_not_read_is_cut() -> None:
    assert from_json("[" + "7" * 5000 + "]") == [int("7" * 300)]


def test_what_is_no_json_is_none() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        from_json("{")


def test_json_is_compact() -> None:
    assert as_json({"a": ["ü", 1]}) == '{"a":["ü",1]}'


@pytest.mark.parametrize(
    ("text", "result"), [("a=b", True), ("a=b&c=", True), ("a", False), ("bWFyaWE=", False), ("a=b c", False)]
)
def test_what_is_a_query(text: str, result: bool) -> None:
    assert is_query(text) is result


@pytest.mark.parametrize(("text", "result"), [("https://a.b/c?d=e", True), ("https://a b", False), ("/a", False)])
def test_what_is_an_address(text: str, result: bool) -> None:
    assert is_url(text) is result
