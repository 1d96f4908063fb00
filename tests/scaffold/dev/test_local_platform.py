"""The platform of `biot-plugin dev`: filled, kept from one run to the next, and with an environment's settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from biot_plugin_cli.dev.local_platform import LocalPlatform
from biot_plugin_cli.dev.options import Administrator, DevOptions
from biot_plugin_cli.dev.plugin_calls import PluginCall
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.git import runner
from biot_plugin_cli.package.source_files import list_source_files
from biot_plugin_cli.plugin.running_emulator import read_running
from biot_plugin_cli.record.log_parts import LoggedRecords
from biot_plugin_cli.recordings.reading import read_recordings
from tests.emulator.scenarios.test_deployed_meanwhile import call_on_the_way
from tests.scaffold.plugins import MANIFEST, make_plugin

pytestmark = pytest.mark.slow

ADMIN = Administrator("ada@example.org", "Correct7horse")
PATIENTS = "/organization/v1/users/patients"
NAME = {"_name": {"firstName": "Eve", "lastName": "Adams"}}
INDEX = """
import os
from biot_plugin import Plugin
plugin = Plugin()

@plugin.pre_request("POST/organization/v1/users/patients")
def greet(event):
    event.body["_description"] = os.environ["GREETING"]

@plugin.post_request("POST/organization/v1/users/patients")
def note(event):
    event.biot.get("/organization/v1/users/patients/" + event.response.body["_id"])
    try:
        event.biot.get("/device/v2/devices/none", query={"secret": "x"})
    except Exception:
        pass

handler = plugin.handler
"""
VARIABLES = """
[tool.biot-plugin.environment]
GREETING = "hello"
[tool.biot-plugin.env.test]
timeout = 7
[tool.biot-plugin.env.test.environment]
GREETING = "hello, test"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_plugin(tmp_path / "plugin", manifest=MANIFEST + VARIABLES, index=INDEX)


def options(folder: Path, **more: Any) -> DevOptions:
    return DevOptions(folder, ADMIN, **more)


def caller(platform: LocalPlatform) -> Client:
    return Client(platform.url).log_in(ADMIN.username, ADMIN.password)


def test_what_a_plugin_calls_is_told_and_nothing_that_it_sent(folder: Path) -> None:
    calls: list[PluginCall] = []
    with LocalPlatform(options(folder, environment="test")) as platform:
        platform.add_call_listener(calls.append)
        assert platform.load_plugin()["timeout"] == 7

        created = caller(platform).call("POST", PATIENTS, json=NAME).body

        assert created["_description"] == "hello, test"
        assert [(call.method, call.path, call.status_code) for call in calls] == [
            ("GET", f"{PATIENTS}/{created['_id']}", 200),
            ("GET", "/device/v2/devices/none", 404),
        ]
        running = read_running(folder)
        assert running is not None
        assert running.url == platform.url
        assert running.secret_key not in repr(running)
    assert read_running(folder) is None


def test_a_folder_keeps_the_platform_and_neither_samples_nor_plugin_are_made_twice(
    folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    seen: list[Any] = []
    for number in range(3):
        with LocalPlatform(options(folder, data=data)) as platform:
            assert platform.load_plugin()["version"] == 1
            client = caller(platform)
            client.call("POST", PATIENTS, json=NAME)
            assert len(client.search(PATIENTS, {"filter": {"_name.firstName": {"eq": "Eve"}}})) == number + 1
            assert len(client.search(PATIENTS, {"filter": {"_name.firstName": {"eq": "Ada"}}})) == 1
            seen.append(platform.samples.ids)
            if number == 1:
                # A session that was ended is no session to end any more.
                path = f"/device/v1/devices/ongoing-device/usage-sessions/{platform.samples.ids['ongoing-session']}"
                end = {
                    "_state": "DONE",
                    "_endTime": "2024-01-02T07:00:00Z",
                    "_summary": {"_stopReasonCode": "COMPLETION"},
                }
                assert client.call("PATCH", path, json=end).status_code == 200
    assert seen[0] == seen[1]
    assert {name for name in seen[1] if seen[1][name] != seen[2][name]} == {"ongoing-session"}


def test_a_killed_run_leaves_no_plugin_whose_code_is_gone(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with LocalPlatform(options(folder, data=data)) as platform:
        platform.load_plugin()
        # As if it were killed: what is registered stays.
        platform._running = None
    with LocalPlatform(options(folder, data=data)) as platform:
        assert caller(platform).search("/settings/v2/plugins") == []
        assert caller(platform).call("POST", PATIENTS, json=NAME).status_code == 201


def test_two_cannot_use_one_folder(folder: Path, tmp_path: Path) -> None:
    with (
        LocalPlatform(options(folder, data=tmp_path / "data")),
        pytest.raises(OperationFailed, match="another emulator"),
        LocalPlatform(options(folder, data=tmp_path / "data")),
    ):
        pass


def test_a_file_fills_the_platform_once_or_it_does_not_start(folder: Path, tmp_path: Path) -> None:
    seed, data = tmp_path / "seed.json", tmp_path / "data"
    seed.write_text(
        json.dumps({"entities": [{"type": "patient", "body": NAME}, {"type": "patient", "body": {"x": 1}}]})
    )
    with pytest.raises(UsageError, match=r"seed.json: entities\[1\] is refused by the platform"):
        LocalPlatform(options(folder, data=data, seed=seed))
    seed.write_text(json.dumps({"entities": [{"type": "patient", "body": NAME}]}))
    for was_filled in (False, True):
        with LocalPlatform(options(folder, data=data, seed=seed)) as platform:
            assert platform.was_filled == was_filled
            assert len(caller(platform).search(PATIENTS, {"filter": {"_name.firstName": {"eq": "Eve"}}})) == 1


def test_a_port_that_is_taken_leaves_nothing_open(folder: Path, tmp_path: Path) -> None:
    with LocalPlatform(options(folder)) as platform:
        port = int(platform.url.rpartition(":")[2])
        with pytest.raises(OperationFailed, match="--port"):
            LocalPlatform(options(folder, data=tmp_path / "data", port=port))
    with LocalPlatform(options(folder, data=tmp_path / "data")):
        pass


def test_a_platform_in_the_plugins_folder_is_neither_copied_nor_packaged(folder: Path) -> None:
    runner.git(folder, "init", "--quiet")
    data = folder / "state"
    with LocalPlatform(options(folder, data=data)) as platform:
        plugin = platform.load_plugin()
        [deployed] = list(platform._platform.plugins)
        assert plugin["version"] == 1
        assert not (Path(deployed.code["folder"]) / "state").exists()
        assert (Path(deployed.code["folder"]) / "index.py").exists()
    assert list_source_files(folder) == ["index.py"]
    assert (data / "platform.sqlite").exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [("", "The plugin is in "), ("..", "The plugin is in "), ("hooks", "hooks has files of the plugin, ")],
)
def test_a_folder_with_files_of_the_plugin_is_not_the_platforms(folder: Path, data: str, sentence: str) -> None:
    (folder / "hooks").mkdir()
    (folder / "hooks" / "hook.py").touch()
    (folder / ".gitignore").write_text(".env\n")
    before = sorted(folder.rglob("*"))
    with pytest.raises(UsageError, match=rf"{sentence}.*: name a folder of its own, such as --data .biot-plugin/pla"):
        LocalPlatform(options(folder, data=folder / data))
    assert sorted(folder.rglob("*")) == before
    assert (folder / ".gitignore").read_text() == ".env\n"


@pytest.mark.parametrize(
    ("written", "left"), [(None, "*\n"), ("*.log\n", "*\n"), ("*\n!.gitignore\n", "*\n!.gitignore\n")]
)
def test_rules_by_which_git_ignores_the_platform_stay(folder: Path, written: str | None, left: str) -> None:
    (folder / "state").mkdir()
    rules = folder / "state" / ".gitignore"
    if written is not None:
        rules.write_text(written)
    with LocalPlatform(options(folder, data=folder / "state")):
        pass
    assert rules.read_text() == left


def test_links_to_themselves_are_no_folder_and_not_copied(folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    with pytest.raises(OperationFailed, match=r"Cannot store the state in .*loop"):
        LocalPlatform(options(folder, data=folder / "loop"))
    with LocalPlatform(options(folder, data=folder / "state", environment="test")) as platform:
        assert platform.load_plugin()["version"] == 1


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_run(folder: Path) -> None:
    (folder / ".biot-plugin").write_text("a file is in the way")
    with LocalPlatform(options(folder, environment="test")) as platform:
        assert platform.load_plugin()["version"] == 1


def test_an_invocation_is_recorded_from_the_page_with_stand_ins_and_by_the_plugin_itself(
    folder: Path, tmp_path: Path
) -> None:
    logs: list[str] = []
    with LocalPlatform(options(folder, variables={"PLUGIN_RECORD": "1"})) as platform:
        platform.add_listener(lambda record: logs.extend(record["logs"]))
        platform.load_plugin()
        client = caller(platform)
        client.call("POST", PATIENTS, json={"_name": {"firstName": "Wilhelmina", "lastName": "Oberhuber"}})
        for invocation in client.call("GET", "/_emulator/invocation-summaries").body["data"]:
            reply = client.call("POST", f"/_emulator/invocations/{invocation['id']}/recording")
            assert (reply.status_code, reply.body["name"]) == (201, "dev.recording.jsonl")
    file = folder / "events" / "dev.recording.jsonl"
    (_, after), (_, before) = read_recordings(file)
    assert json.loads(before.event["body"])["apiId"] == json.loads(after.event["body"])["apiId"] == f"POST{PATIENTS}"
    id = json.loads(after.event["body"])["response"]["body"]["_id"]
    assert after.calls == (f"GET {PATIENTS}/{id}", next(call for call in after.calls if "?" in call))
    assert after.answers[after.calls[0]][0]["answer"]["_id"] == id
    assert after.answers[after.calls[1]][0]["status"] == 404
    assert not [name for name in ("wilhelmina", "oberhuber") if name in file.read_text().casefold()]
    (tmp_path / "log").write_text("\n".join(logs), encoding="utf-8")
    logged = LoggedRecords()
    first, second = logged.read(tmp_path / "log")
    assert logged.broken == []
    assert [list(one.answers.values()) for one in (first, second)] != [[], []]
    assert json.loads(second.event["body"]).keys() == json.loads(after.event["body"]).keys()
    assert [len(second.calls), second.claims["tokenType"]] == [len(after.calls), "SERVICE_INTERNAL"]
    assert not [name for name in ("wilhelmina", "oberhuber") if name in str([first, second]).casefold()]


def test_a_call_on_its_way_is_served_by_the_version_that_ran_then(folder: Path) -> None:
    def greet(emulator: Emulator) -> None:
        created = emulator.call("POST", PATIENTS, json=NAME)
        greetings.append(created.body["_description"])

    greetings: list[str] = []
    with LocalPlatform(options(folder)) as platform:
        platform.load_plugin()
        emulator = Emulator(platform.url, caller(platform).token, platform._platform, (ADMIN.username, ADMIN.password))
        with call_on_the_way(emulator, greet):
            for greeting in ("second", "third"):
                (folder / "index.py").write_text(INDEX.replace('os.environ["GREETING"]', f'"{greeting}"'))
                platform.load_plugin()
        greet(emulator)
        platform.load_plugin()
        copies = [*Path(platform._snapshots._place.name).iterdir()]
    assert (greetings, len(copies)) == (["hello", "third"], 1)
