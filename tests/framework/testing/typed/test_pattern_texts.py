from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from biot_plugin.testing.typed.pattern_texts import matching_text


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "[A-Z]{2}[0-9]+",
            r"\d{3}-\d{2}(x|y)?",
            "a|b",
            "qu|ux",
            "(?:ab)+c",
            r"[^a-z\d]{3}",
            r"\w+@\w+",
            r".{7}",
            "[^a]b",
            "$",
        ),
        *(r"\s\S\D\W", r"[\s]", r"[\w]-[\W]", r"[\D][\S]", "é+", "", "[^b]{2}", "(?P<x>a{2,4}?)", "^x.*z$", "(?i)Q{3}"),
    ],
)
def test_a_text_matches(pattern: str) -> None:
    text = matching_text(pattern)
    assert text is not None
    assert re.fullmatch(pattern, text)


def test_lengths_count() -> None:
    assert matching_text("[a-f]*", 5, 8) == "aaaaa"
    assert matching_text("[0-9]+", 2, 4) is not None
    assert matching_text("x{3}", 5, 9) is None
    assert matching_text("x" * 2000) is None


@pytest.mark.parametrize("pattern", ["[", "(?<n>a)", "a(?!a)a{2}(?=b)", r"(a)\1{3}b(?<=c)", "[^\\s\\S]"])
def test_what_python_does_not_know_or_nothing_matches(pattern: str) -> None:
    assert matching_text(pattern) is None


@given(st.text(max_size=12))
def test_anything_is_a_pattern_or_none(pattern: str) -> None:
    text = matching_text(pattern)
    assert text is None or re.compile(pattern, re.ASCII).fullmatch(text)
