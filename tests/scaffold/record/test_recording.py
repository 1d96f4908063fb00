"""`biot-plugin record`, against a running emulator and with exported logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator, running
from biot_plugin.recording.log_lines import log_lines
from biot_plugin_cli.answers.rule import parse_rules
from biot_plugin_cli.record.event_recorder import EventRecorder
from biot_plugin_cli.recordings.entry import Recording
from biot_plugin_cli.recordings.reading import read_recordings
from tests.emulator.conftest import PATIENTS, interception
from tests.emulator.operator.records.conftest import CREATE, PLUGIN
from tests.scaffold.support import Program

pytestmark = pytest.mark.slow

NAME = {"firstName": "Wilhelmina", "lastName": "Oberhuber"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An emulator whose plugin has handled a call that it made itself one of, and one that it refused."""
    with running() as emulator:
        hooks = {"interceptions": [interception("PRE_REQUEST", CREATE, 1)]}
        emulator.deploy(PLUGIN, "first", subscriptions=hooks, environmentVariables={"NAME": "a"}, timeout=5)
        emulator.call("POST", "/device/v2/devices", json={"_id": "pump-wilhelmina"})
        for do in ("call", "refuse"):
            body = {"_name": NAME, "_email": f"{do}@oberhuber.example", "do": do}
            emulator.call("POST", PATIENTS, json=body)
        yield emulator


@pytest.fixture(autouse=True)
def administrator(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIOT_PLUGIN_USERNAME", emulator.username)
    monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", emulator.password)


def recorded(file: Path) -> list[Recording]:
    return [recording for _, recording in read_recordings(file)]


def test_invocations_are_recorded_with_what_the_platform_answered(biot_plugin: Program, emulator: Emulator) -> None:
    outcome = biot_plugin("record", "--from", emulator.url)
    assert outcome.exit_code == 0, outcome
    assert outcome.out == "2 events recorded in events/recorded.recording.jsonl\n"
    calling, refused = recorded(Path("events/recorded.recording.jsonl"))
    (call,) = calling.calls
    assert call == "GET /device/v2/devices"
    assert calling.answers[call][0]["answer"]["data"][0]["_template"]["name"]
    assert [rule for key, value in calling.answers.items() for rule in parse_rules(key, value, Path())]
    assert calling.event["headers"]["authorization"] == "Bearer SIGN_ME"
    assert json.loads(calling.event["body"])["apiId"] == CREATE
    assert refused.reply["statusCode"] == 422
    assert (calling.plugin, calling.duration_ms is not None) == ({"name": "Plugin-first"}, True)
    text = Path("events/recorded.recording.jsonl").read_text().casefold()
    assert not [word for word in ("wilhelmina", "oberhuber") if word in text]


def test_names_of_members_stay_that_the_plugin_has_in_its_code(biot_plugin: Program, emulator: Emulator) -> None:
    Path("pyproject.toml").write_text("[tool.biot-plugin]\n")
    for name, content in (("broken.py", "def"), ("hook.py", "x['do']"), ("tests/test_hook.py", "x['no']")):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(content)

    def names(*options: str) -> list[str]:
        outcome = biot_plugin(
            "record", "--from", emulator.url, "-o", "a.recording.jsonl", "--overwrite", "--last", "1", *options
        )
        assert ("no plugin's code is here" in outcome.err) is not Path("pyproject.toml").exists()
        return [*json.loads(recorded(Path("a.recording.jsonl"))[0].event["body"])["request"]["body"]]

    assert names()[-1] == "do"
    source = Path("hook.py")
    source.unlink()
    for folder in (".hidden", "tests", "environment"):
        Path(folder).mkdir(exist_ok=True)
        Path(folder, source).write_text("x['do']")
    Path("environment/pyvenv.cfg").touch()
    assert names()[-1] != "do"
    Path("pyproject.toml").unlink()
    assert names()[-1] != "do"
    assert names("--safe", "do")[-1] == "do"


def test_some_are_chosen(biot_plugin: Program, emulator: Emulator) -> None:
    summaries = emulator.call("GET", "/_emulator/invocation-summaries").body["data"]
    newest = summaries[0]
    for options in (
        ("--last", 1), ("--id", newest["id"]), ("--trace", newest["traceId"]), ("--plugin", "first", "--last", "1"),
    ):  # fmt: skip
        outcome = biot_plugin(
            "record", "--from", emulator.url, "-o", "a.recording.jsonl", "--json", "--overwrite", *options
        )
        assert json.loads(outcome.out) == {"file": "a.recording.jsonl", "recordings": 1, "skipped": []}
        assert recorded(Path("a.recording.jsonl"))[0].reply["statusCode"] == 422


def test_what_is_safe_stays_and_the_key_is_that_of_the_variable(
    biot_plugin: Program, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(*options: str) -> Any:
        biot_plugin("record", "--from", emulator.url, "-o", "a.recording.jsonl", "--overwrite", "--last", "1", *options)
        return json.loads(recorded(Path("a.recording.jsonl"))[0].event["body"])["request"]["body"]

    assert record("--safe", "lastName", "--safe", "do")["_name"]["lastName"] == "Oberhuber"
    assert record() != record()
    monkeypatch.setenv("PLUGIN_RECORD_KEY", "a key of sixteen or more")
    assert record() == record()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "Say where the events are: pass --from URL, or --from-logs FILE"),
        (("--from", "{url}", "--from-logs", "x"), 2, "Say where the events are"),
        (("--from-logs", "x", "--safe", "a"), 2, "are for --from: leave them out"),
        (("--from-logs", "x"), 2, "x does not exist"),
        (("--from-logs", "/dev/null"), 1, "There are no records in /dev/null: turn them on"),
        (("--from", "{url}", "-o", "a.json"), 2, "a.json is no name for recordings"),
        (("--from", "{url}", "--safe", "a b"), 2, "'a b' lists nothing that could be safe"),
        (("--from", "{url}", "--id", "nobody"), 1, "There is no invocation nobody on"),
        (("--from", "{url}", "--trace", "0" * 32), 1, "There is nothing to record on"),
        (("--from", "https://example.org"), 2, "is not the address of an emulator on this machine"),
        (("--from", "http://127.0.0.1:9"), 6, "Nothing answers at"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(
    biot_plugin: Program, emulator: Emulator, arguments: tuple[str, ...], code: int, message: str
) -> None:
    outcome = biot_plugin("record", *(argument.format(url=emulator.url) for argument in arguments))
    assert (outcome.exit_code, outcome.out) == (code, "")
    assert message in outcome.err
    assert list(Path.cwd().iterdir()) == []


def test_a_short_key_is_refused(biot_plugin: Program, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUGIN_RECORD_KEY", "short")
    outcome = biot_plugin("record", "--from", emulator.url)
    assert (outcome.exit_code, "PLUGIN_RECORD_KEY has fewer than 16 characters" in outcome.err) == (2, True)


def test_only_the_administrator_records(
    biot_plugin: Program, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", "wrong")
    outcome = biot_plugin("record", "--from", emulator.url)
    assert (outcome.exit_code, "does not accept the credentials" in outcome.err) == (5, True)


def test_a_file_that_exists_is_left_alone_unless_somebody_says_so(biot_plugin: Program, emulator: Emulator) -> None:
    arguments = ("record", "--from", emulator.url, "-o", "a.recording.jsonl")
    assert biot_plugin(*arguments).exit_code == 0
    outcome = biot_plugin(*arguments)
    assert (outcome.exit_code, "already exists: choose another name, or pass --overwrite" in outcome.err) == (1, True)
    assert biot_plugin(*arguments, "--overwrite").exit_code == 0


def test_records_in_logs_become_recordings(biot_plugin: Program) -> None:
    record = {"version": 1, "recordedAt": "2026-11-27T10:20:30.000Z", "event": {"a": 1}, "answers": {}}
    large = log_lines({**record, "event": {"note": [str(number) for number in range(200_000)]}})
    Path("a.log").write_text("\n".join([*log_lines(record), *large[:1]]))
    Path("b.log").write_text("\n".join(log_lines(record)))
    outcome = biot_plugin("record", "--from-logs", "a.log", "--from-logs", "b.log", "-o", "a.recording.jsonl")
    assert outcome.out == "1 event recorded in a.recording.jsonl\n"
    assert ("1 records have parts that are in none of the files" in outcome.err) is (len(large) > 1)
    assert recorded(Path("a.recording.jsonl"))[0].event == {"a": 1}


def test_an_event_that_cannot_be_recorded_is_named(biot_plugin: Program, emulator: Emulator) -> None:
    for event in ({"body": "x" * 300_000, "headers": {}}, [1], {"a": 1}):
        emulator.call("POST", "/_emulator/plugins/Plugin-first/invoke", json=event)
    outcome = biot_plugin("record", "--from", emulator.url, "-o", "a.recording.jsonl", "--last", "3", "--json")
    document = json.loads(outcome.out)
    assert document["recordings"] == 1
    large, listed = document["skipped"]
    assert "is not recorded: The event is too large" in large
    assert "is no object, and cannot be replayed" in listed


def test_the_page_of_dev_adds_one_after_the_other(emulator: Emulator, tmp_path: Path) -> None:
    from biot_emulator.operator.records.exchanges import NotRecordable

    recorder = EventRecorder(tmp_path / "dev.recording.jsonl", tmp_path)
    id = emulator.call("GET", "/_emulator/invocation-summaries").body["data"][0]["id"]
    exchange = emulator.call("GET", f"/_emulator/invocations/{id}/exchange").body
    assert recorder({**exchange, "event": {"mrn": "K-117"}}) == recorder({**exchange, "event": {"mrn": "K-118"}})
    assert len(recorded(tmp_path / "dev.recording.jsonl")) == 2
    with pytest.raises(NotRecordable, match="The event is no object"):
        recorder({**exchange, "event": 1})
    with pytest.raises(NotRecordable, match="Cannot write"):
        EventRecorder(tmp_path, tmp_path)({**exchange, "event": {}})
