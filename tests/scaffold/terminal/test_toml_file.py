"""TOML of which a repository may have anything."""

from __future__ import annotations

import pytest

from biot_plugin_cli.terminal.toml_file import parse_toml


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a = " + "{ a = " * 100_000, "nested too deeply"),
        ("b = 1\n" + "a." * 500_000 + "a = 1", "more than 100 parts \\(at line 2\\)"),
        ("a . " * 250_000 + "a = 1", "more than 100 parts"),
        ("'a'.\"b\"." * 120_000 + "a = 1", "more than 100 parts"),
        (f"[{'a.' * 500_000}a]", "more than 100 parts"),
        ("a = { " + "a." * 500_000 + "a = 1 }", "more than 100 parts"),
        ("a = " + "1" * 1_000_000, "."),
        ("a = '" + "a-" * 500_000, "."),
        ('"a' * 500_000, "."),
    ],
    ids=range(10),
)
def test_a_mistake_is_a_value_error_and_takes_no_time(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_toml(text)


def test_what_is_usual_is_parsed() -> None:
    sentence = "e.g. this one... " * 1000
    assert parse_toml(f"a.b.'c.d'.e = '{sentence}'") == {"a": {"b": {"c.d": {"e": sentence}}}}
