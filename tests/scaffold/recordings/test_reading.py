from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.recordings import reading
from biot_plugin_cli.recordings.reading import read_recordings

MINIMAL: dict[str, Any] = {"version": 1, "recordedAt": "2026-01-02T03:04:05.123Z", "event": {"body": "ä"}}


def line(**members: Any) -> bytes:
    return json.dumps({**MINIMAL, **members}, ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.recording.jsonl"


def test_reads_each_line_and_says_which_it_is(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + line(id="a") + b"\r\n\n" + line(id="b").rstrip())

    assert [(number, recording.id) for number, recording in read_recordings(file)] == [(1, "a"), (4, "b")]


def test_an_empty_file_has_no_recordings(file: Path) -> None:
    file.write_bytes(b"")

    assert [*read_recordings(file)] == []


def test_reads_no_further_than_is_asked(file: Path) -> None:
    file.write_bytes(line(id="a") + b"broken\n")

    assert next(read_recordings(file))[1].id == "a"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"version": 1,\n', "events.recording.jsonl:2 is not JSON: "),
        (b"\xff\n", "events.recording.jsonl:2 is not UTF-8 text"),
        (
            b'{"version": NaN}\n',
            "events.recording.jsonl:2 has a number that cannot be read: NaN is not a number of JSON",
        ),
        (
            b'{"version": 1e999}\n',
            "events.recording.jsonl:2 has a number that cannot be read: 1e999 is not a number of JSON",
        ),
        (b"[" * 100_000, "events.recording.jsonl:2 is nested too deeply"),
        (b"9" * 5000, "events.recording.jsonl:2 has a number that cannot be read: "),
        (b"[]\n", "events.recording.jsonl:2 is no recording"),
        (line(event=None), 'events.recording.jsonl:2 has no valid "event"'),
    ],
)
def test_names_the_line_that_is_broken(file: Path, content: bytes, message: str) -> None:
    file.write_bytes(line() + content)

    with pytest.raises(UsageError) as failure:
        list(read_recordings(file))

    assert str(failure.value).startswith(f"{file.parent}/{message}")
    assert "\n" not in str(failure.value)


def test_a_line_without_end_is_not_read_to_its_end(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MAX_LINE_BYTES", 1000)
    file.write_bytes(line() + b'"' + b"x" * 2000)

    with pytest.raises(UsageError, match=r"jsonl:2 is longer than"):
        list(read_recordings(file))


def test_says_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        list(read_recordings(tmp_path / "none.recording.jsonl"))
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        list(read_recordings(tmp_path))
