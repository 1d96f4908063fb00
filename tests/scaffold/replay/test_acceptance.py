from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.replay.acceptance import Acceptance

TEXT = st.text(alphabet="ab[].{}:*", max_size=8)


@pytest.mark.parametrize(
    ("pattern", "id", "accepts"),
    [
        ("removed:response.body.age", "removed:response.body.age", True),
        ("removed:response.body.age", "removed:response.body.ages", False),
        ("removed:*", "removed:response.body.age", True),
        ("*.age", "removed:response.body.age", True),
        ("*:response.*.age", "removed:response.body.age", True),
        ("*:response.*.age*", "added:response.body.name", False),
        ("changed:items[].age", "changed:items[].age", True),
        ("changed:items[].*", "changed:items[].age", True),
        ("changed:items?.age", "changed:items[].age", False),
        ("ab*ba", "aba", False),
    ],
)
def test_a_pattern_is_an_id_with_stars_in_it(pattern: str, id: str, accepts: bool) -> None:
    assert (Acceptance([pattern]).match(id) == pattern) is accepts


@given(pattern=TEXT, id=TEXT)
def test_nothing_but_a_star_is_special(pattern: str, id: str) -> None:
    escaped = pattern.replace("[", "\0").replace("]", "[]]").replace("\0", "[[]")

    assert (Acceptance([pattern]).match(id) is not None) is fnmatch.fnmatchcase(id, escaped)


def test_a_pattern_takes_no_longer_than_in_proportion() -> None:
    assert Acceptance(["*a" * 2000 + "b"]).match("a" * 20_000) is None


def test_says_which_patterns_accept_nothing() -> None:
    acceptance = Acceptance(["a", "b*", "a"])
    acceptance.match("bcd")

    assert acceptance.unused == ["a"]


def test_reads_patterns_from_a_file_with_comments(tmp_path: Path) -> None:
    file = tmp_path / "accepted"
    file.write_text("# ages are rounded now\nchanged:age  # since May\n\n  removed:*\n", encoding="utf-8")

    assert Acceptance.read(["first"], file).unused == ["first", "changed:age", "removed:*"]


def test_refuses_what_accepts_nothing_at_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="accepts nothing"):
        Acceptance.read([" "], None)
    with pytest.raises(UsageError, match="does not exist"):
        Acceptance.read([], tmp_path / "none")
