from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from biot_plugin_cli.template.three_way_merge import is_same_text, merge, with_line_ends_of

LINES = st.lists(st.sampled_from([b"a", b"b", b"c", b"", b" d", b"\te ", b"f\r"]), max_size=8)
ENDS = st.sampled_from([b"\n", b"\r\n"])


@st.composite
def _texts(draw: st.DrawFn) -> bytes:
    end = draw(ENDS)
    text = b"".join(line + draw(st.sampled_from([end, end, end, b"\n"])) for line in draw(LINES))
    return text + draw(st.sampled_from([b"", b"", b"last"]))


def _words(text: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in text.split(b"\n") if line]


@given(base=_texts(), ours=_texts(), theirs=_texts())
@example(base=b"a\n", ours=b"a\r\nb\n", theirs=b"c\n")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_author_wrote_is_in_the_result(tmp_path: Path, base: bytes, ours: bytes, theirs: bytes) -> None:
    merged = merge(tmp_path, base, ours, theirs)

    present = _words(merged.content)
    assert all(line in present for line in _words(ours) if line not in _words(base))
    if not merged.conflict:
        assert b"<<<<<<<" not in merged.content


@given(ours=_texts(), theirs=_texts())
@example(ours=b"a\nf\r\n", theirs=b"f\r\r\n")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_only_one_side_changed_is_no_conflict(tmp_path: Path, ours: bytes, theirs: bytes) -> None:
    assert merge(tmp_path, theirs, ours, theirs).content == ours
    changed = merge(tmp_path, ours, ours, theirs)
    assert not changed.conflict
    assert is_same_text(changed.content, theirs)
    converted = ours.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert not merge(tmp_path, ours, converted, theirs).conflict


@pytest.mark.parametrize(
    ("model", "content", "expected"),
    [
        (b"a\n", b"a\nb\n", b"a\nb\n"),
        (b"a\r\nb\r\n", b"a\nx\nb", b"a\r\nx\r\nb"),
        (b"a\r\nb\nc\r\n", b"a\nb\nx\nc\n", b"a\r\nb\nx\r\nc\r\n"),
        (b"a\r\nb\nc\n", b"a\nb\nx\nc\n", b"a\r\nb\nx\nc\n"),
        (b"\0\r\n", b"a\n", b"a\n"),
        (b"", b"a\r\n", b"a\r\n"),
        (b"a\rb\r\n", b"a\rb\nc\n", b"a\rb\r\nc\r\n"),
    ],
)
def test_line_ends(model: bytes, content: bytes, expected: bytes) -> None:
    assert with_line_ends_of(model, content) == expected


def test_binary_files_are_not_merged(tmp_path: Path) -> None:
    merged = merge(tmp_path, b"a\n", b"\0\r\n", b"b\n")

    assert (merged.content, merged.conflict) == (b"\0\r\n", True)
    assert not is_same_text(b"\0\r\n", b"\0\n")
