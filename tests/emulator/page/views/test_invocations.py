"""Invocations in the page: events as files, and again."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.page.conftest import Browser

INVOCATIONS = "/_emulator/page/invocations"
CREATE = f"POST{PATIENTS}"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def invocation(emulator: Emulator) -> str:
    code = "import json\ndef handler(event, context): return {'request': json.loads(event['body'])['request']}"
    emulator.deploy(code_zip(code), subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]})
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
    return str(emulator.invocations()[-1]["id"])


def test_it_leads_to_its_call(browser: Browser, invocation: str) -> None:
    location = browser.get(f"{INVOCATIONS}/{invocation}").headers["location"]
    path, _, step = location.partition("#")
    assert step == f"step-{invocation}"
    assert f'id="{step}"' in browser.get(path).text
    assert browser.get(f"{INVOCATIONS}/nothing").status == 404


def test_its_event_is_a_file_without_tokens(browser: Browser, invocation: str) -> None:
    answer = browser.get(f"{INVOCATIONS}/{invocation}/event")
    assert json.loads(answer.text)["headers"]["authorization"] == "Bearer SIGN_ME"
    assert re.match(r'attachment; filename="pre-request-[0-9a-f]{8}\.json"', answer.headers["content-disposition"])
    record = json.loads(browser.get(f"{INVOCATIONS}/{invocation}/record").text)
    assert record["id"] == invocation


def test_where_there_is_no_repository_nothing_is_saved(browser: Browser, invocation: str) -> None:
    page = browser.get(browser.get(f"{INVOCATIONS}/{invocation}").headers["location"].partition("#")[0]).text
    assert "Download the event" in page
    assert "Save in events/" not in page
    answer = browser.submit(f"{INVOCATIONS}/{invocation}/event", {"name": "mine"})
    assert answer.status == 409
    assert "download" in answer.text


def test_where_nobody_replaces_what_identifies_people_the_command_is_named(
    browser: Browser, emulator: Emulator, invocation: str
) -> None:
    page = browser.get(browser.get(f"{INVOCATIONS}/{invocation}").headers["location"].partition("#")[0]).text
    assert f"biot-plugin record --from {emulator.url} --id {invocation}" in page
    assert f'action="{INVOCATIONS}/{invocation}/recording"' not in page
    answer = browser.submit(f"{INVOCATIONS}/{invocation}/recording", {})
    assert (answer.status, "biot-plugin record --from" in answer.text) == (409, True)


def test_where_somebody_does_it_is_recorded_from_the_page(
    browser: Browser, emulator: Emulator, invocation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[dict[str, Any]] = []

    def record(exchange: dict[str, Any]) -> Path:
        recorded.append(exchange)
        return Path("events/dev.recording.jsonl")

    monkeypatch.setattr(emulator.platform.records.exchanges, "_write", record)
    location = browser.get(f"{INVOCATIONS}/{invocation}").headers["location"]
    page = browser.get(location.partition("#")[0]).text
    assert f'action="{INVOCATIONS}/{invocation}/recording"' in page
    assert "biot-plugin record" not in page
    answer = browser.submit(f"{INVOCATIONS}/{invocation}/recording", {})
    assert (answer.status, answer.headers["location"]) == (303, location)
    assert "Recorded in events/dev.recording.jsonl" in browser.get(location.partition("#")[0]).text
    assert [exchange["id"] for exchange in recorded] == [invocation]


def test_it_is_repeated_with_the_same_or_another_event(browser: Browser, emulator: Emulator, invocation: str) -> None:
    form = browser.get(f"{INVOCATIONS}/{invocation}/repeat")
    text = re.search(r'<textarea name="event"[^>]*>\n(.*?)</textarea>', form.text, re.DOTALL)
    assert text
    event = json.loads(html.unescape(text[1]))
    event["body"]["request"]["body"]["_name"]["firstName"] = "Grace"
    for sent, name in ({}, "Ada"), ({"event": json.dumps(event)}, "Grace"):
        answer = browser.submit(f"{INVOCATIONS}/{invocation}/repeat", sent)
        assert answer.status == 303
        call = answer.headers["location"].rpartition("/")[2]
        while emulator.call("GET", f"/_emulator/calls/{call}").body["pending"]:
            pass
        repeated = emulator.invocations()[-1]
        assert repeated["reply"]["request"]["body"]["_name"]["firstName"] == name
    refused = browser.submit(f"{INVOCATIONS}/{invocation}/repeat", {"event": "{"})
    assert refused.status == 400
    assert "not JSON" in refused.text
