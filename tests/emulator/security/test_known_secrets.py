from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, strategies as st

from biot_emulator.security.known_secrets import KnownSecrets

SECRET = 'p@ss "wörd"/&+<1>'
WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json-unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "json-in-json": lambda text: json.dumps(json.dumps({"key": text})),
    "repr": repr,
    "bytes": lambda text: repr(text.encode()),
    "address": lambda text: quote(text, safe=""),
    "path": quote,
    "query": quote_plus,
    "small-query": lambda text: re.sub("%..", lambda code: code[0].lower(), quote(text, safe="")),
    "html": html.escape,
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
}
secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=40).filter(
    lambda text: not text.isalpha() and not text.isdigit() and len(text.splitlines()) == 1
)


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_a_secret_is_hidden_however_it_is_written(write: Callable[[str], str]) -> None:
    written = write(SECRET)
    shown = KnownSecrets([SECRET]).text(f"before {written} after")

    assert "<hidden>" in shown
    assert "rd" not in shown.replace("<hidden>", "")
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@given(secrets, st.binary(max_size=5), st.binary(max_size=5), st.booleans())
def test_a_secret_is_hidden_in_base64_at_any_offset(secret: str, before: bytes, after: bytes, for_urls: bool) -> None:
    encode = base64.urlsafe_b64encode if for_urls else base64.b64encode
    content = before + secret.encode() + after
    shown = KnownSecrets([secret]).text(encode(content).decode())

    start, _, end = shown.partition("<hidden>")
    assert "<hidden>" in shown
    assert len(start) <= len(before) * 4 // 3 + 3
    assert len(end) <= len(after) * 4 // 3 + 5


@given(secrets, st.text(), st.text())
def test_a_secret_is_hidden_in_names_and_values(secret: str, before: str, after: str) -> None:
    value = {f"{before}{secret}": [f"{secret}{after}", {"a": 1}]}

    assert secret not in str(list(_strings(KnownSecrets([secret], "…")(value))))


@given(st.text(min_size=1), st.lists(st.integers(0, 60)))
def test_a_secret_is_hidden_across_the_ends_of_lines(text: str, cuts: list[int]) -> None:
    whole = f"{text}{SECRET}{text}"
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    lines = [whole[start:end] for start, end in pairwise(places)]

    shown = KnownSecrets([SECRET], "").lines(lines)

    assert len(shown) == len(lines)
    assert SECRET not in "".join(shown)
    assert "".join(shown) == whole.replace(SECRET, "")


def test_a_secret_of_several_lines_is_hidden_line_by_line() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
    hide = KnownSecrets([key])

    assert hide.lines(["the key:", *key.splitlines(), "done"]) == ["the key:", *["<hidden>"] * 4, "done"]
    assert hide.lines([f"12:00 {line}" for line in key.splitlines()]) == ["12:00 <hidden>"] * 4
    assert hide(json.dumps({"key": key})) == '{"key": "<hidden>"}'


def test_secrets_that_overlap_are_hidden_entirely() -> None:
    assert KnownSecrets(["abc-1234", "1234-xyz"]).text("[abc-1234-xyz]") == "[<hidden>]"


def test_a_secret_number_is_hidden_as_a_number() -> None:
    value = {"pin": 83729104, "other": 83729105, "flag": True, "huge": 10**400}
    assert KnownSecrets(["83729104"])(value) == {**value, "pin": "<hidden>"}


def test_fields_that_differ_by_secrets_alone_stay_apart() -> None:
    assert sorted(KnownSecrets(["abc-1234", "xyz-5678"])({"abc-1234": 1, "xyz-5678": 2}).values()) == [1, 2]


@pytest.mark.parametrize("weak", ["", "a", "hush", "1", "2026", "patient", "Patient", "PATIENT", "production", "true"])
def test_short_values_and_words_do_not_take_logs_away(weak: str) -> None:
    log = f"the patient in production is true: 1 of 2026, a Patient, PATIENT, hush {weak}"

    assert KnownSecrets([weak]).lines([log]) == [log]
    assert KnownSecrets([weak])({log: [log, 2026]}) == {log: [log, 2026]}


@pytest.mark.parametrize(
    "text",
    [
        "DB_PASSWORD={}",
        "DB_PASSWORD: {}",
        "'DB_PASSWORD': '{}'",
        '{{"DB_PASSWORD": "{}"}}',
        '{{"DB_PASSWORD":"{}"}}',
        'DB_PASSWORD="{}"',
        "DB_PASSWORD = '{}'",
    ],
)
def test_short_values_are_hidden_behind_their_names(text: str) -> None:
    hide = KnownSecrets(["hush"], named=[("DB_PASSWORD", "hush")])

    assert hide.text(text.format("hush")) == text.format("<hidden>")
    assert hide({"DB_PASSWORD": "hush", "mood": "hush"}) == {"DB_PASSWORD": "<hidden>", "mood": "hush"}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_without_a_secret_everything_stays_as_it_is(value: Any) -> None:
    assert KnownSecrets([])(value) is value
    assert KnownSecrets([SECRET])(value) is value


@pytest.mark.parametrize("unit", ["a-", "A", "correct-horse-", "\n", "correct-horse-7", "eyJ", "%"])
def test_the_cost_grows_with_the_length_of_the_text(unit: str) -> None:
    hide = KnownSecrets(["a-" * 50, "correct-horse-7", "A" * 40 + "1", "\n".join("B" * 60 for _ in range(30))])
    text = unit * (1_000_000 // len(unit))

    shown = hide({"a": text, "b": hide.lines([text, *[unit] * 20_000])})

    assert "correct-horse-7" not in shown["a"]


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [part for pair in value.items() for item in pair for part in _strings(item)]
    if isinstance(value, list):
        return [part for item in value for part in _strings(item)]
    return [value] if isinstance(value, str) else []


def test_what_is_nested_deeply_beside_a_secret_is_hidden() -> None:
    value: Any = SECRET
    for _ in range(5_000):
        value = [value]

    assert SECRET not in repr_of(KnownSecrets([SECRET])({"note": value, "name": "Ann"}))


def repr_of(value: Any) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        pytest.fail("the value is still nested deeply")
