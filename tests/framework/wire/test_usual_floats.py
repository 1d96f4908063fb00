"""A look at a large text tells whether its floats are written as they came, and errs on one side alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin.wire import exact_numbers, strict_json, usual_floats
from tests.framework.wire.json_texts import ODD_NUMBERS

floats = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"-?(0|[1-9][0-9]{0,4})\.[0-9]{1,6}", fullmatch=True),
    st.from_regex(r"-?(0|[1-9][0-9]{0,4})[eE][+-]?[0-9]{1,3}", fullmatch=True),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)
USUAL = ["1.5", "-37.0", "0.0", "-0.0", "0.0001", "123456.12345678", "98.6"]


@given(
    number=floats,
    before=st.sampled_from(["[7,", ""]),
    after=st.sampled_from([",1]", "]", "}", " ]", "\n]", "\t]", "\r\n]", ""]),
)
@settings(max_examples=200, deadline=None)
def test_a_text_whose_floats_are_usual_has_no_other(number: str, before: str, after: str) -> None:
    if usual_floats.are_usual(f"{before}{number}{after}"):
        assert repr(float(number)) == number


@pytest.mark.parametrize("number", USUAL)
def test_most_floats_are_usual(number: str) -> None:
    assert usual_floats.are_usual(f'{{"a":{number},"b":[{number}],"at":"2026-01-01T10:00:00.000Z","id":"7e9"}}')


@pytest.mark.parametrize("odd", [*ODD_NUMBERS, *USUAL])
@pytest.mark.parametrize("gap", [",", ", ", "\n,\n"])
def test_an_odd_number_among_many_leaves_as_it_came(odd: str, gap: str) -> None:
    text = f"[{gap.join([*USUAL] * 500)}{gap}{odd}]"
    assert len(text) > strict_json.LARGE
    assert usual_floats.are_many(text)
    event = exact_numbers.begin()
    try:
        written = strict_json.dumps(strict_json.loads(text))
    finally:
        exact_numbers.end(event)
    assert written == text.replace(gap, ",")


def test_a_text_of_few_floats_is_not_looked_at() -> None:
    assert not usual_floats.are_many(f"[{'1,' * strict_json.LARGE}1.5]")
