"""What answers the plugin's calls in `biot-plugin invoke`: files of answers, or a running emulator."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.http.loopback_server import Server, json_response
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_emulator.testing import Emulator
from biot_plugin_cli.plugin.running_emulator import RunningEmulator, announced
from tests.scaffold.plugins import MANIFEST, make_plugin
from tests.scaffold.support import Program

pytestmark = pytest.mark.slow

JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]+")
PATIENTS = "/organization/v1/users/patients"
INDEX = """
import os
from biot_plugin import NotFound, Plugin, PlatformTimeout, Reject
plugin = Plugin()

@plugin.pre_request("POST/organization/v1/users/patients")
def search(event):
    patients = event.biot.search("/organization/v1/users/patients", filter={"mrn": {"eq": "7"}})
    event.body["found"] = [patient["_id"] for patient in patients]
    event.body["greeting"] = os.environ.get("GREETING")

@plugin.notification("patient", "_update")
def note(event):
    event.biot.patch("/organization/v1/users/patients/p-1", json={"note": "seen", "password": "hunter2hunter2"})

@plugin.notification("patient", "_create")
def transfer(event):
    assert event.biot.download("f-1").content == b"%PDF"
    event.biot.upload("notes.txt", b"abc", "text/plain")
    try:
        event.biot.get("/device/v2/devices/slow", timeout=0.2)
    except PlatformTimeout:
        print("too slow")

handler = plugin.handler
"""
VARIABLES = """
[tool.biot-plugin.env.test.environment]
GREETING = "hello, test"
"""


def _event(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"headers": {"hooktype": name, "authorization": "Bearer SIGN_ME"}, "body": body}


EVENTS = {
    "search": _event(
        "INTERCEPTOR_PRE",
        {"apiId": f"POST{PATIENTS}", "request": {"path": PATIENTS, "body": {}, "pathVariables": []}},
    ),
    **{
        name: _event(
            "NOTIFICATION",
            {
                "metadata": {"entityTypeName": "patient", "actionName": action},
                "data": {"entity": {"_id": "p-1"}},
                "jwt": "SIGN_ME",
            },
        )
        for name, action in (("note", "_update"), ("transfer", "_create"))
    },
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_plugin(tmp_path / "plugin", manifest=MANIFEST + VARIABLES, index=INDEX)
    (root / "events" / "answers").mkdir(parents=True)
    for name, event in EVENTS.items():
        (root / "events" / f"{name}.json").write_text(json.dumps(event))
    monkeypatch.chdir(root)
    return root


def answer(folder: Path, name: str, document: Any) -> None:
    (folder / "events" / "answers" / f"{name}.json").write_text(json.dumps(document))


def test_answers_beside_the_event_are_used_and_said(folder: Path, biot_plugin: Program) -> None:
    answer(folder, "search", {f"GET {PATIENTS}": {"search": [{"_id": "p-1"}, {"_id": "p-2"}]}})

    people = biot_plugin("invoke", "events/search.json", "--env", "test")
    machines = biot_plugin("invoke", "events/search.json", "--json").document

    assert people.exit_code == 0, people.err
    assert "answers are those of events/answers/search.json, beside the event\n" in people.out
    assert f"GET {PATIENTS}?searchRequest=" in people.out
    assert f"200 by events/answers/search.json: GET {PATIENTS}\n" in people.out
    assert '"greeting": "hello, test"' in people.out
    assert machines["reply"]["request"]["body"] == {"found": ["p-1", "p-2"], "greeting": None}
    assert machines["answers"] == "events/answers/search.json, beside the event"
    [call] = machines["calls"]
    assert (call["method"], call["path"], call["status"], call["advice"]) == ("GET", PATIENTS, 200, None)
    assert call["answeredBy"] == f"events/answers/search.json: GET {PATIENTS}"


def test_a_call_without_an_answer_is_named_with_what_to_do(folder: Path, biot_plugin: Program) -> None:
    people = biot_plugin("invoke", "events/note.json")

    assert people.exit_code == 1
    assert f"PATCH {PATIENTS}/p-1 404, which has no answer here\n" in people.out
    # What is named like a secret is hidden here too.
    assert '  {"note": "seen", "password": "<hidden>"}\n' in people.out
    assert f'  add "PATCH {PATIENTS}/p-1": {{"answer": {{}}}} to events/answers/note.json\n' in people.out
    assert "say what the platform answers with --answers or --platform, as the calls show" in people.err
    answer(folder, "note", {f"PATCH {PATIENTS}/p-1": {"status": 409, "answer": {"code": "USER_IS_BUSY"}}})
    refused = biot_plugin("invoke", "events/note.json")
    assert refused.exit_code == 1
    assert (
        "did not catch the error 409 USER_IS_BUSY of its own call to the platform: catch it, or change" in refused.err
    )
    answer(folder, "note", {f"PATCH {PATIENTS}/p-1": {}})
    assert biot_plugin("invoke", "events/note.json").exit_code == 0


def test_files_and_time_limits_work_with_the_frameworks_client(folder: Path, biot_plugin: Program) -> None:
    (folder / "scan.pdf").write_bytes(b"%PDF")
    document = {
        "GET /file/v1/files/f-1/download": {"download": "scan.pdf"},
        "POST /file/v1/files/upload": {"upload": True},
        "GET /device/v2/devices/slow": {"error": "timeout"},
    }
    (folder / "mine.json").write_text(json.dumps(document))

    done = biot_plugin("invoke", "events/transfer.json", "--answers", "mine.json", "--json")

    assert done.exit_code == 0, done.document["logs"]
    assert done.document["logs"] == ["too slow"]
    assert done.document["answers"] == "mine.json"
    paths = [(call["path"], call["status"]) for call in done.document["calls"]]
    assert paths[:2] == [("/file/v1/files/f-1/download", 200), ("/file/v1/files/upload", 200)]
    assert set(paths[2:]) == {("/device/v2/devices/slow", None)}


def test_nothing_is_run_where_answers_are_wrong(folder: Path, biot_plugin: Program) -> None:
    answer(folder, "note", {"PATCH": {}})

    done = biot_plugin("invoke", "events/search.json", "events/note.json")

    assert (done.exit_code, done.out) == (2, "")
    assert done.err == (
        'error: events/answers/note.json: "PATCH" is not a call: write method and path, as in '
        "GET /device/v2/devices/{id}\n"
    )


@pytest.fixture
def patient(emulator: Emulator) -> str:
    body = {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "mrn": "7"}
    return str(emulator.call("POST", PATIENTS, json=body).body["_id"])


def test_a_running_emulator_answers_with_the_credentials_of_the_commands(
    folder: Path, emulator: Emulator, patient: str, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = biot_plugin("invoke", "events/search.json", "--platform", emulator.url)
    assert (wrong.exit_code, wrong.out) == (2, "")
    assert "set BIOT_PLUGIN_SERVICE_ID and" in wrong.err
    monkeypatch.setenv("BIOT_PLUGIN_USERNAME", emulator.username)
    monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", "wrong-password")
    refused = biot_plugin("invoke", "events/search.json", "--platform", emulator.url)
    assert (refused.exit_code, "wrong-password" in refused.err) == (5, False)
    assert "does not accept the credentials: set BIOT_PLUGIN_USERNAME and" in refused.err
    monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", emulator.password)

    done = biot_plugin("invoke", "events/search.json", "--platform", f"{emulator.url}/", "--json")

    assert done.exit_code == 0, done.document["logs"]
    assert done.document["reply"]["request"]["body"]["found"] == [patient]
    assert done.document["answers"] == f"the emulator at {emulator.url}"
    assert [(call["status"], call["answeredBy"]) for call in done.document["calls"]] == [(200, emulator.url)]
    assert not JWT.search(done.out)
    assert emulator.password not in done.out


def test_a_running_dev_of_this_plugin_needs_no_credentials(
    folder: Path, emulator: Emulator, patient: str, biot_plugin: Program
) -> None:
    emulator.deploy(_zip(folder))
    plugin = emulator.platform.plugins.get("Plugin-demo")
    with announced(folder) as announce:
        announce(RunningEmulator(emulator.url, plugin.service_id, plugin.secret_key))
        done = biot_plugin("invoke", "events/search.json", "--platform", emulator.url, "--json")
    assert done.exit_code == 0, done.document["logs"]
    assert done.document["reply"]["request"]["body"]["found"] == [patient]
    assert plugin.secret_key not in done.out
    # Of another emulator it says nothing.
    with announced(folder) as announce:
        announce(RunningEmulator("http://127.0.0.1:1", plugin.service_id, plugin.secret_key))
        assert biot_plugin("invoke", "events/search.json", "--platform", emulator.url).exit_code == 2


Respond = Callable[[Request], Response]


@pytest.mark.parametrize(
    "respond",
    [
        lambda _: json_response(200, {"data": []}),
        lambda _: json_response(401, {"code": "TOKEN_NOT_VALID"}),
        lambda _: json_response(404, {"code": "NOT_FOUND"}),
        lambda _: Response(401, {}, b"TOKEN_NOT_VALID"),
    ],
)
def test_what_is_no_emulator_gets_no_credentials(
    folder: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, respond: Respond
) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_USERNAME", "ada@example.org")
    monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", "Correct7horse")
    requests: list[Request] = []

    def record(request: Request) -> Response:
        requests.append(request)
        return respond(request)

    server = Server(record, 1000)
    try:
        url = f"http://{server.address}"
        done = biot_plugin("invoke", "events/search.json", "--platform", url)
    finally:
        server.close()

    assert (done.exit_code, done.out) == (2, "")
    assert done.err == (
        f"error: {url} is not the address of an emulator on this machine: pass what dev or serve prints\n"
    )
    assert {request.method for request in requests} == {"GET"}
    assert not any("authorization" in request.headers or request.body for request in requests)


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1:8787", "http://example.org:8787", "127.0.0.1:8787", "http://user:pass@127.0.0.1:8787"),
        *("http://127.0.0.1:8787/path", "http://127.0.0.1:x", "http://[", "", "http://127.0.0.1.example.org"),
    ],
)
def test_another_address_is_not_even_asked(folder: Path, biot_plugin: Program, url: str) -> None:
    done = biot_plugin("invoke", "events/search.json", "--platform", url)
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "is not the address of an emulator on this machine" in done.err


def test_nobody_at_the_address_and_both_options_are_said(folder: Path, biot_plugin: Program) -> None:
    nobody = biot_plugin("invoke", "events/search.json", "--platform", "http://127.0.0.1:9")
    assert (nobody.exit_code, "Nothing answers at http://127.0.0.1:9: start biot-plugin dev" in nobody.err) == (6, True)
    both = biot_plugin("invoke", "events/search.json", "--platform", "http://127.0.0.1:9", "--answers", "x.json")
    assert (both.exit_code, "use one of them" in both.err) == (2, True)


def _zip(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.write(folder / "index.py", "index.py")
    return content.getvalue()
