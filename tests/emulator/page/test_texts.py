from __future__ import annotations

import pytest

from biot_emulator.page.texts import amount, bytes_text, duration, pretty, short_json, visible


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (None, "\u2013"),
        (0.04, "0.0 ms"),
        (12.34, "12.3 ms"),
        (345.6, "346 ms"),
        (2500, "2.50 s"),
        (61_000, "1 min 1 s"),
        (119_999, "2 min 0 s"),
    ],
)
def test_durations(milliseconds: float | None, text: str) -> None:
    assert duration(milliseconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KB"), (5 * 1024**2, "5.0 MB"), (3 * 1024**3, "3072.0 MB")],
)
def test_sizes(size: int, text: str) -> None:
    assert bytes_text(size) == text


def test_amounts() -> None:
    assert [amount(1, "call"), amount(1200, "call"), amount(0, "entity", "entities")] == [
        "1 call",
        "1,200 calls",
        "0 entities",
    ]


def test_what_is_too_deep_is_not_shown() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert "too deeply" in pretty(value)


def test_what_nobody_sees_is_shown() -> None:
    assert visible("a\tb\nc\x00\x1b[31m\x9b\u202ed") == "a\tb\nc\u2400\u241b[31m\\u009b\\u202ed"
    assert pretty(["\u202e\x1b"]) == '[\n  "\\u202e\\u001b"\n]'
    assert short_json("\u2066") == '"\\u2066"'
