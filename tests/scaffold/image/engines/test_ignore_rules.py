"""`.dockerignore`."""

from __future__ import annotations

import pytest

from biot_plugin_cli.image.engines.ignore_rules import IgnoreRules


@pytest.mark.parametrize(
    ("text", "ignored", "left"),
    [
        ("*\n!hooks\n!index.py\n**/__pycache__\n", ["x", "a/b", "hooks/__pycache__/x.pyc"], ["hooks/a.py", "index.py"]),
        ("# comment\n\n/a/\n", ["a/b", "a"], ["b", "c/a"]),
        ("*.txt\n!keep.txt", ["a.txt"], ["keep.txt", "b/a.txt"]),
        ("**/*.pyc", ["a.pyc", "a/b/c.pyc"], ["a.py"]),
        ("a?c\nx[0-9]", ["abc", "x1"], ["a/c", "xx"]),
        ("!a\n*", ["a"], []),
    ],
)
def test_rules(text: str, ignored: list[str], left: list[str]) -> None:
    rules = IgnoreRules.parse(text)

    assert [name for name in ignored if not rules.ignores(name)] == []
    assert [name for name in left if rules.ignores(name)] == []


def test_an_invalid_pattern_is_named() -> None:
    with pytest.raises(ValueError, match=r"\[z-a\]"):
        IgnoreRules.parse("ok\n[z-a]\n")
