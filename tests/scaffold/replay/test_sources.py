from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.sources import find_events

AT = datetime(2026, 1, 2, tzinfo=timezone.utc)
RECORDING: dict[str, Any] = {"version": 1, "id": "r", "recordedAt": "2026-01-02T03:04:05Z", "event": {"n": 1}}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, *documents: Any) -> Path:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    return file


def cases(here: Path, *named: str) -> list[Case]:
    files = find_events(here, [Path(name) for name in named], AT)
    assert files.count() == len([*files.cases()])
    return [*files.cases()]


def answered(case: Case) -> list[str]:
    return [rule.key for _, rule in case.answers.rules]


def test_finds_recordings_and_events_below_the_folder_events(here: Path) -> None:
    write("events/b.json", {"n": 2})
    write("events/a.recording.jsonl", RECORDING, {**RECORDING, "id": "s"})
    write("events/2026/c.json", {"n": 3})
    write("events/answers/b.json", {"GET /x": {"answer": 1}})
    write("events/.hidden.json", {"n": 4})
    write("events/notes.txt", "none")

    found = cases(here)

    assert [(case.position, case.id, case.source) for case in found] == [
        (0, "r", "events/a.recording.jsonl:1"),
        (1, "s", "events/a.recording.jsonl:2"),
        (2, "events/b.json", "events/b.json"),
        (3, "events/2026/c.json", "events/2026/c.json"),
    ]
    assert [answered(case) for case in found] == [[], [], ["GET /x"], []]


def test_takes_what_is_named_once_and_in_that_order(here: Path) -> None:
    write("z.json", {})
    write("more/a.json", {})

    assert [case.id for case in cases(here, "z.json", "more", "z.json", "more/a.json")] == ["z.json", "more/a.json"]


def test_a_recording_has_its_own_time_and_answers(here: Path) -> None:
    write("r.recording.jsonl", {**RECORDING, "answers": {"GET /a": [{"answer": 1}, {"status": 404}]}})

    [case] = cases(here, "r.recording.jsonl")

    assert case.instant == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert answered(case) == ["GET /a", "GET /a"]


@pytest.mark.parametrize(
    ("files", "named", "message"),
    [
        ({}, [], "events does not exist: name files of events"),
        (
            {"events/x.txt": [1]},
            [],
            "events has no events: it needs files whose names end in .json or .recording.jsonl",
        ),
        ({"a.recording.jsonl": []}, ["a.recording.jsonl"], "a.recording.jsonl has no events: record some first"),
        ({}, ["none.json"], "none.json does not exist"),
        ({}, ["-"], "none from standard input"),
        ({"a.json": [[]]}, ["a.json"], "a.json is not an event"),
        ({"a.recording.jsonl": [RECORDING, {}]}, ["."], 'a.recording.jsonl:2 is no recording: it needs "version": 1'),
        (
            {"a.recording.jsonl": [{**RECORDING, "answers": {"GET x": {}}}]},
            ["."],
            'a.recording.jsonl:1 has an invalid answer: "GET x" is not a call',
        ),
        ({"events/a.json": [{}], "events/answers/a.json": [{"x": 1}]}, [], 'answers/a.json: "x" is not an answer'),
    ],
)
def test_says_what_is_wrong(here: Path, files: dict[str, list[Any]], named: list[str], message: str) -> None:
    for name, documents in files.items():
        write(name, *documents)

    with pytest.raises(UsageError) as failure:
        find_events(here, [Path(name) for name in named], AT).count()

    assert message in str(failure.value)
    assert "\n" not in str(failure.value)


def test_what_can_be_read_only_once_is_refused(here: Path) -> None:
    os.mkfifo("pipe")

    with pytest.raises(UsageError, match="pipe is no file"):
        find_events(here, [Path("pipe")], AT)
