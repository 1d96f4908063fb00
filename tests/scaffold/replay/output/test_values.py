from __future__ import annotations

from typing import Any

import pytest

from biot_plugin_cli.replay.differences.change import NOTHING, Difference
from biot_plugin_cli.replay.output.values import sides

TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl"


def difference(place: str, old: Any, new: Any, kind: str = "changed") -> Difference:
    return Difference(kind, place, "", old, new)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (difference("a.name", "Ada", "Grace"), ("a text of 3 characters", "a text of 5 characters")),
        (difference("weight", 71.5, NOTHING), ("a number", "nothing")),
        (difference("a.code", "NO_HANDLER", "Ada Lovelace"), ('"NO_HANDLER"', "a text of 12 characters")),
        (difference("200->500", 200, 500, "status"), ("200", "500")),
        (difference("x", NOTHING, NOTHING), None),
    ],
)
def test_only_what_says_nothing_about_anybody_is_shown(found: Difference, expected: Any) -> None:
    assert sides(found, with_values=False) == expected


def test_values_are_shown_on_wish_but_no_secrets() -> None:
    assert sides(difference("a.name", "Ada", {"n": 1}), with_values=True) == ('"Ada"', '{"n": 1}')
    for found in (difference("a.password", "abcdef", "xyz"), difference("a", TOKEN, {"token": "abcdef"})):
        shown = "".join(sides(found, with_values=True) or ())
        assert not any(secret in shown for secret in ("abcdef", "xyz", "eyJ")), shown
    assert sides(difference("a", "x" * 1000, b"123"), with_values=True) == (f'"{"x" * 199}…', "3 bytes")
