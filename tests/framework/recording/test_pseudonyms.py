from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given, settings, strategies as st

from biot_plugin.recording.pseudonyms import Pseudonyms

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
WORDS = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=40)


def of(content: str = "", key: bytes = KEY) -> Pseudonyms:
    return Pseudonyms(key, content)


@given(WORDS)
def test_a_word_becomes_one_of_the_same_length_and_characters(word: str) -> None:
    stand_in = of(word).word(word)
    assert len(stand_in) == len(word)
    assert stand_in.casefold() != word.casefold()
    assert stand_in.isascii()
    assert [character.isdecimal() for character in stand_in] == [character.isdecimal() for character in word]
    assert [character.isupper() for character in stand_in] == [character.isupper() for character in word]


@given(WORDS)
def test_the_same_word_has_the_same_stand_in_whatever_its_case(word: str) -> None:
    pseudonyms = of(word)
    upper, lower = word.upper(), word.lower()
    # Some letters are two in another case, or another one in it.
    if [character.casefold() for character in upper] == [character.casefold() for character in lower]:
        assert pseudonyms.word(upper).casefold() == pseudonyms.word(lower).casefold()


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=12), min_size=2, max_size=50, unique=True))
@settings(max_examples=30)
def test_different_words_have_different_stand_ins_and_none_is_one_of_the_words(words: list[str]) -> None:
    pseudonyms = of(" ".join(words))
    stand_ins = [pseudonyms.word(word) for word in words]
    assert len(set(stand_ins)) == len(words)
    assert not {*stand_ins} & {*words}


@given(st.integers(0, 10**30).map(str))
def test_digits_become_digits(digits: str) -> None:
    stand_in = of(digits).digits(digits)
    assert re.fullmatch(rf"[1-9][0-9]{{{len(digits) - 1}}}", stand_in)
    assert stand_in != digits


def test_a_zero_in_front_stays_one() -> None:
    assert of().digits("0301")[0] == "0"


def test_the_stand_in_is_that_of_the_key_and_of_no_other() -> None:
    word = "oberhuber"
    assert of("a").word(word) == of("b").word(word) != of("a", OTHER_KEY).word(word)
    id = "5c949555-f28d-44a5-95a3-c7ad46edbd16"
    assert of("a").uuid(id) == of("b").uuid(id) != of("a", OTHER_KEY).uuid(id)


def test_what_could_be_told_by_how_often_it_occurs_has_another_stand_in_in_each_event() -> None:
    assert len({of(str(event)).digits("47110") for event in range(20)}) > 10
    assert len({of(str(event)).word("anna") for event in range(20)}) > 10
    assert len({of(str(event)).digits("4711000000") for event in range(20)}) == 1


def test_no_number_of_the_event_is_in_a_stand_in() -> None:
    numbers = [str(number) for number in range(1000, 6000)]
    pseudonyms = of(" ".join(numbers))
    stand_in = pseudonyms.digits("77123")
    assert not [number for number in numbers if number in stand_in]


def test_long_digits_are_replaced_though_every_short_number_is_in_the_event() -> None:
    digits = "8" * 500
    stand_in = of(" ".join(map(str, range(1000, 10_000)))).digits(digits)
    assert len(stand_in) == 500
    assert stand_in != digits


@pytest.mark.parametrize("word", ["7", "b", "B", "z"])
def test_where_everything_is_taken_a_stand_in_is_still_another_one(word: str) -> None:
    for event in range(100):
        pseudonyms = of(str(event))
        others = [other for other in "0123456789bcdfghjklmnpqrstvwxz" if other != word.lower()]
        assert {pseudonyms.word(other) for other in others}
        assert pseudonyms.word(word).casefold() != word.casefold()
        assert pseudonyms.word(word).isupper() is word.isupper()


def test_ids_keep_their_form() -> None:
    id = "5c949555-f28d-44a5-95a3-c7ad46edbd16"
    stand_in = of().uuid(id)
    assert uuid.UUID(stand_in).version == 4
    assert of().uuid(id.upper()) == stand_in.upper()
    assert re.fullmatch(r"[0-9a-f]{24}", of().hexadecimal("64a0f0000000000000000001"))
    assert of().hexadecimal("64A0F0AB").isupper()


def test_a_time_in_an_id_is_gone() -> None:
    of_time = "018f6f3c-7a9e-7cc1-9a3b-2b1f0e5d4c3b"
    assert uuid.UUID(of().uuid(of_time)).version == 4
    assert of().uuid(of_time)[:8] != of_time[:8]
