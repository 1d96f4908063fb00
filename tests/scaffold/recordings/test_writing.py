"""Files of recordings as they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.recordings.entry import Recording
from biot_plugin_cli.recordings.reading import read_recordings
from biot_plugin_cli.recordings.writing import append_recording, write_recordings


def recording(**more: Any) -> Recording:
    document = {"version": 1, "recordedAt": "2026-11-27T10:20:30.000Z", "event": {"a": "ü\ud800"}, "answers": {}}
    return Recording.of({**document, **more})


FIRST = recording(calls=["GET /a", "GET /a"], claims={"scopes": ["A_B"]}, reply={"statusCode": 200}, durationMs=1.5)
SECOND = recording(event={"b": 1})


def test_what_is_written_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "events" / "mine.recording.jsonl"
    assert write_recordings(file, [FIRST, SECOND, FIRST]) == 2
    assert [entry for _, entry in read_recordings(file)] == [FIRST, SECOND]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_is_replaced_only_if_somebody_says_so(tmp_path: Path) -> None:
    file = tmp_path / "mine.recording.jsonl"
    write_recordings(file, [FIRST])
    before = file.read_bytes()
    with pytest.raises(OperationFailed, match="already exists: choose another name, or pass --overwrite"):
        write_recordings(file, [SECOND])
    assert file.read_bytes() == before
    write_recordings(file, [SECOND], overwrite=True)
    assert [entry for _, entry in read_recordings(file)] == [SECOND]


def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mine.recording.jsonl"

    def recordings() -> Any:
        yield FIRST
        file.write_text("theirs")

    with pytest.raises(OperationFailed, match="already exists"):
        write_recordings(file, recordings())
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.read_text() == "theirs"


def test_what_fails_leaves_things_as_they_were(tmp_path: Path) -> None:
    def recordings() -> Any:
        yield FIRST
        raise OperationFailed("enough")

    with pytest.raises(OperationFailed, match="enough"):
        write_recordings(tmp_path / "mine.recording.jsonl", recordings())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["mine.json", ".recording.jsonl", "mine.jsonl"])
def test_the_name_is_one_that_replay_reads(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"let it end in \.recording\.jsonl"):
        write_recordings(tmp_path / name, [FIRST])


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    folder, link = tmp_path / "a.recording.jsonl", tmp_path / "b.recording.jsonl"
    folder.mkdir()
    link.symlink_to(tmp_path / "elsewhere")
    for path in (folder, link):
        with pytest.raises(OperationFailed, match="is no file"):
            write_recordings(path, [FIRST], overwrite=True)
        with pytest.raises(OperationFailed, match="Cannot write"):
            append_recording(path, FIRST)
    (tmp_path / "file").write_text("")
    with pytest.raises(OperationFailed, match="Cannot write"):
        write_recordings(tmp_path / "file" / "c.recording.jsonl", [FIRST])


def test_a_recording_is_added_to_those_that_are_there(tmp_path: Path) -> None:
    file = tmp_path / "events" / "dev.recording.jsonl"
    append_recording(file, FIRST)
    append_recording(file, SECOND)
    assert [entry for _, entry in read_recordings(file)] == [FIRST, SECOND]
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text().splitlines()[0])["calls"] == ["GET /a", "GET /a"]
