from __future__ import annotations

import re
from datetime import datetime, timezone
from hashlib import sha256

import pytest
from hypothesis import given, strategies as st

from biot_plugin.recording.moved_dates import MovedDates
from biot_plugin.recording.pseudonyms import Pseudonyms
from biot_plugin.recording.texts import Texts

NOW = datetime(2026, 11, 27, 10, 20, 30, tzinfo=timezone.utc)


def texts(content: str = "") -> Texts:
    pseudonyms = Pseudonyms(b"k" * 32, content)
    dates = MovedDates(
        NOW,
        lambda name: int.from_bytes(sha256(f"{content}{name}".encode("utf-8", "surrogatepass")).digest()[:8], "big"),
    )
    return Texts(pseudonyms, dates, {"ACTIVE", "9999-12-31", "00000000-0000-0000-0000-000000000000"}.__contains__)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("maria@example.org", r"[a-z]{5}@[a-z]{8}\.example"),
        ("MARIA@EXAMPLE.ORG", r"[A-Z]{5}@[A-Z]{8}\.EXAMPLE"),
        ("1987-03-14", r"1986-\d\d-\d\d|1987-\d\d-\d\d"),
        ("1987-03-14T09:26", r"198[67]-\d\d-\d\dT\d\d:\d\d"),
        ("1987-03-14 09:26:53", r"198[67]-\d\d-\d\d \d\d:\d\d:\d\d"),
        ("2026-03-14T09:26:53.589793238Z", r"202[56]-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"),
        ("2026-03-14T09:26:53.000+02:00", r"202[56]-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+02:00"),
        ("2026-03-14T09:26:53-0530", r"202[56]-\d\d-\d\dT\d\d:\d\d:\d\d-0530"),
        ("14/Mar/2026:09:26:53 +0000", r"\d\d/[A-Z][a-z]{2}/202[56]:\d\d:\d\d:\d\d \+0000"),
        ("14.3.1987", r"\d\d\.\d\d\.198[67]"),
        ("14/03/1987", r"\d\d/\d\d/198[67]"),
        ("3-14-1987", r"(0\d|1[0-2])-\d\d-198[67]"),
        ("3-4-1987", r"(0\d|1[0-2])-(0\d|1[0-2])-198[67]"),
        ("09:26", r"[012]\d:[0-5]\d"),
        ("09:26:53", r"[012]\d:[0-5]\d:[0-5]\d"),
        ("198.51.100.44:41822", r"10\.\d+\.\d+\.\d+:\d{5}"),
        ("+49 30 1234567", r"\+[1-9]\d [1-9]\d [1-9]\d{6}"),
        (
            "5c949555-f28d-44a5-95a3-c7ad46edbd16",
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        ),
        ("00-7d3f0c6a1b5e4892a0c4d6e8f1a2b3c4-1a2b3c4d5e6f7081-01", r"00-[0-9a-f]{32}-[0-9a-f]{16}-01"),
        ("4A6F8B2C9D", r"[0-9A-F]{10}"),
        ("K-117/b", r"[A-Z]-[1-9]\d\d/[a-z]"),
        ("Müller-Lüdenscheidt", r"[A-Z][a-z]{5}-[A-Z][a-z]{11}"),
        ("陈小明", r"[a-z]{3}"),
        ("!?…", r".{2}[a-z]"),
        ("!?", r"[a-z]{2}"),
        ("ACTIVE", "[a-z]{6}"),
        ("is ACTIVE", r"[a-z]{2} ACTIVE"),
        ("until 9999-12-31", r"[a-z]{5} 9999-12-31"),
        ("in 00000000-0000-0000-0000-000000000000", r"[a-z]{2} [0-]{36}"),
    ],
)
def test_a_format_stays(text: str, form: str) -> None:
    stand_in = texts().replace(text)
    assert re.fullmatch(form, stand_in, re.DOTALL)
    assert stand_in != text


@pytest.mark.parametrize(
    "text",
    [
        "1987-13-14",
        "1987-02-30",
        "0000-01-01",
        "1987-13-14T09:26:53Z",
        "0001-01-01T00:00:00+14:00",
        "99.99.0000",
        "30/Feb/2026:09:26:53 +0000",
        "2026-03-14T25:26:53Z",
        "2026-03-14T09:26:53+99:00",
    ],
)
def test_what_looks_like_a_date_and_is_none_is_replaced_too(text: str) -> None:
    stand_in = texts().replace(text)
    assert len(stand_in) == len(text)
    assert stand_in != text


def test_what_was_there_twice_is_the_same_within_other_texts() -> None:
    id, mail = "5c949555-f28d-44a5-95a3-c7ad46edbd16", "maria@example.org"
    of = texts()
    sentence = of.replace(f"The patient [{id}] ({mail}), who was here before, was not found again today, Maria")
    assert of.replace(id) in sentence
    assert of.replace(mail) in sentence
    assert of.replace("Maria") in of.replace("Oberhuber, Maria")


def test_in_prose_a_word_is_another_one_than_elsewhere() -> None:
    of = texts()
    first, second = of.replace("she fell down in the bathroom"), of.replace("he fell down in the kitchen too")
    assert first.split()[1] != second.split()[1] != of.replace("fell")


def test_a_local_date_is_never_the_same() -> None:
    for event in range(2000):
        text = f"{1 + event % 12:02}.05.1980"
        assert texts(str(event)).replace(text) != text


@given(st.text(max_size=200))
def test_no_letter_or_digit_of_any_text_stays_but_by_chance(text: str) -> None:
    stand_in = texts(text).replace(text)
    vowels = {"a", "e", "i", "o", "u", "y"}
    is_formatted = re.search(r"[0-9a-fA-F]{8}|@", text)
    assert is_formatted or not vowels & set(stand_in.casefold())
    assert (stand_in == text) is (not text.strip(" \t\n\r\f\v"))
