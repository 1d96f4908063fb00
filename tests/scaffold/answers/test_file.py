"""Files of answers: which of them are used, and what is wrong with them in one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.answers.file import find_answers
from biot_plugin_cli.errors import UsageError
from tests.scaffold.support import CHECKOUT

CALL = "GET /device/v2/devices/{id}"


def write(file: Path, content: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON: "),
        ("[]", "has no answers: it must contain a JSON object"),
        ('{"GET /a": {}, "GET /a": {}}', "'GET /a' is in one object twice"),
        ('{"GET /a": {"answer": NaN}}', "NaN is a number in Python"),
        ("[" * 100_000, "is nested too deeply"),
        ({"devices": {}}, '"devices" is not a call: write method and path'),
        ({"HEAD /a": {}}, '"HEAD /a" is not a call'),
        ({"GET a": {}}, '"GET a" is not a call'),
        ({CALL: 7}, "is not an answer"),
        ({CALL: []}, "has no answer"),
        ({CALL: {"body": {}}}, "has the unknown key 'body': use answer, file,"),
        ({CALL: {"answer": 1, "file": "x"}}, "has both answer and file: leave one of them out"),
        ({CALL: {"status": "200"}}, "has an invalid status: make it a number from 200 to 599"),
        ({CALL: {"status": True}}, "has an invalid status"),
        ({CALL: {"status": 99}}, "has an invalid status"),
        ({CALL: {"status": 204, "answer": {}}}, "has a body with status 204, which has none"),
        ({CALL: {"headers": {"a b": "c"}}}, "has the invalid header 'a b'"),
        ({CALL: {"headers": {"a": "b\r\nc: d"}}}, "has the invalid header 'a'"),
        ({CALL: {"headers": {"Content-Length": "7"}}}, "which is set by itself"),
        ({CALL: {"headers": []}}, "has invalid headers"),
        ({CALL: {"file": "none.bin"}}, "none.bin, which cannot be read"),
        ({CALL: {"file": 7}}, "has an invalid file"),
        ({CALL: {"search": {}}}, "has an invalid search"),
        ({CALL: {"error": "slow"}}, "has an invalid error: make it one of timeout, unreachable"),
        ({CALL: {"error": "timeout", "status": 200}}, "has both error and status"),
        ({CALL: {"upload": True}}, "make it the call POST /file/v1/files/upload"),
        ({"POST /file/v1/files/upload": {"upload": 1}}, "has an invalid upload"),
        ({CALL: {"download": "x"}}, "has download: make it the call"),
        ({CALL: {"when": {"body": {}}}}, "has an invalid when: make it an object with json or searchRequest"),
        ({CALL: {"when": 7}}, "has an invalid when"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_file_and_the_call(tmp_path: Path, content: Any, said: str) -> None:
    file = write(tmp_path / "answers.json", content)

    with pytest.raises(UsageError) as failed:
        find_answers(tmp_path / "event.json", file)

    assert str(failed.value).startswith(str(file))
    assert said in str(failed.value)
    assert "\n" not in str(failed.value)


def test_a_date_of_toml_has_no_json(tmp_path: Path) -> None:
    file = write(tmp_path / "answers.toml", f'["{CALL}"]\nanswer = {{ day = 2026-01-02 }}\n')

    with pytest.raises(UsageError, match="has a value that JSON has not, such as a date"):
        find_answers(tmp_path / "event.json", file)


def test_toml_says_the_same_as_json(tmp_path: Path) -> None:
    toml = write(tmp_path / "a.toml", f'[["{CALL}"]]\nstatus = 404\n[["{CALL}"]]\nanswer = {{ _id = "7" }}\n')
    same = write(tmp_path / "a.json", {CALL: [{"status": 404}, {"answer": {"_id": "7"}}]})

    read = [find_answers(tmp_path / "event.json", file).rules for file in (toml, same)]

    assert [[(rule.key, rule.reply.status_code) for _, rule in rules] for rules in read] == [
        [(CALL, 404), (CALL, 200)]
    ] * 2


def test_what_lies_beside_the_event_is_used_by_itself(tmp_path: Path) -> None:
    event = tmp_path / "events" / "notification.json"
    assert find_answers(event, None).files == ()
    own = write(event.parent / "answers" / "notification.toml", "")
    for_all = write(event.parent / "answers" / "default.json", {})
    write(event.parent / "answers" / "other.json", "no JSON")

    found = find_answers(event, None)

    assert (found.files, found.suggested, found.is_automatic) == ((own, for_all), str(own), True)


def test_nothing_lies_beside_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for_all = write(tmp_path / "answers" / "default.json", {})
    monkeypatch.chdir(tmp_path)

    assert find_answers(Path("-"), None).files == ()
    assert find_answers(Path("-"), for_all.parent).files == (for_all,)


def test_a_named_folder_must_have_answers_for_the_event(tmp_path: Path) -> None:
    write(tmp_path / "more" / "other.json", {})

    with pytest.raises(UsageError, match=r"has no answers for event\.json: write event\.json or default\.json there"):
        find_answers(Path("event.json"), tmp_path / "more")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json does not exist"):
        find_answers(tmp_path / "event.json", tmp_path / "none.json")


def test_the_examples_of_the_documentation_are_answers(tmp_path: Path) -> None:
    page = (CHECKOUT / "docs" / "trying.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```json[^\n]*\n(.*?)```", page, re.DOTALL) if '"entities"' not in block]
    assert blocks
    for block in blocks:
        assert find_answers(tmp_path / "event.json", write(tmp_path / "answers.json", block)).rules
