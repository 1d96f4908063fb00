from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.check.scan import bounded_lines
from biot_plugin_cli.check.scan.bounded_lines import BoundedLines, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("Grüße".encode(), "Grüße"),
        (b"a\xff\xe4", "a\ufffd\ufffd"),
        ("KEY=1".encode("utf-16"), "KEY=1"),
        (b"\xfe\xff" + "KEY=1".encode("utf-16-be"), "KEY=1"),
        (b"\x7fELF\0\1", ""),
        (b"a" * 9000 + b"\0", "a" * 9000 + "\0"),
    ],
)
def test_text_is_read_and_the_rest_is_not(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "file").write_bytes(content)

    assert read_text(tmp_path / "file") == (text, True)


def test_of_a_large_file_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_lines, "MAX_BYTES", 10)
    for size, complete in ((9, True), (10, True), (11, False), (1000, False)):
        (tmp_path / "file").write_bytes(b"a" * size)

        assert read_text(tmp_path / "file") == ("a" * min(size, 10), complete)


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=50)), st.integers(1, 200))
def test_every_line_is_there_in_parts_of_bounded_length(lines: list[str], factor: int) -> None:
    text = "\n".join(line * factor for line in lines)
    bounded = BoundedLines(text)
    parts = bounded.text.split("\n")

    assert max(map(len, parts)) <= 2000
    assert len(bounded.text) <= 2 * len(text) + 1
    offset = 0
    for part in parts:
        assert part in bounded.line(bounded.number(offset))
        offset += len(part) + 1
    assert [bounded.line(number) for number in range(1, text.count("\n") + 2)] == text.split("\n")
    assert bounded.line(0) == bounded.line(text.count("\n") + 2) == ""


@given(st.integers(0, 9000), st.integers(1, 500))
def test_a_token_is_complete_in_one_part(before: int, length: int) -> None:
    text = "x" * before + "y" * length + "x" * 3000

    assert "y" * length in BoundedLines(text).text
