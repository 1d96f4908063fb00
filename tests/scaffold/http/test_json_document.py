from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.http.json_document import read_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_a_document_is_read_as_it_was_written(document: Any) -> None:
    assert read_json(json.dumps(document).encode()) == document


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_anything_else_is_one_kind_of_error(content: bytes) -> None:
    try:
        document = read_json(content)
    except ValueError:
        return
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"NaN",
        b'{"a": Infinity}',
        b"[-Infinity]",
        b"1e999",
        b"-1e999",
        b"9" * 5000,
        b"[" * 101 + b"]" * 101,
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'"\xff"',
        b'{"a": 1',
        b"{'a': 1}",
        b"1 2",
        b"\xff\xfe",
    ],
)
def test_what_json_does_not_have_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        read_json(content)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b"\xef\xbb\xbf{}", {}),
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'"\\ud800"', "\ud800"),
        (b"[" * 100 + b"]" * 100, None),
    ],
)
def test_what_json_may_have_is_read(content: bytes, document: Any) -> None:
    read = read_json(content)
    assert document is None or read == document
