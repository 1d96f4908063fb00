"""`biot-plugin event` through its command line, and what it writes through a plugin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import Client
from biot_plugin_cli.main import main

KINDS = ["pre-request", "post-request", "adapt-entity", "notification", "scheduled", "endpoint"]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["biot-plugin", "event", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture
def client() -> Client:
    plugin = Plugin()
    for api_id in ("POST/organization/v1/users/patients", "GET/device/v2/devices/{id}"):
        plugin.pre_request(api_id)(lambda event: None)
        plugin.post_request(api_id)(lambda event: None)
    plugin.adapt_entity("patient")(lambda event: None)
    plugin.adapt_entity("usage-session")(lambda event: None)
    plugin.notification("patient", "_create")(lambda event: None)
    plugin.notification("device", "_update")(lambda event: None)
    plugin.scheduled("0 0 * * ? *")(lambda event: None)
    plugin.endpoint()(lambda event: {})
    return Client(plugin)


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(capsys.readouterr().out)
    return event


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_of_every_kind_is_one_that_a_plugin_handles(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], client: Client, kind: str
) -> None:
    assert run(monkeypatch, kind) == 0
    assert client.send(written(capsys)).status_code == 200


@pytest.mark.parametrize(
    "arguments",
    [
        ("pre-request", "--api-id", "GET/device/v2/devices/{id}"),
        ("post-request", "--api-id", "GET/device/v2/devices/{id}"),
        ("adapt-entity", "--entity", "usage-session"),
        ("notification", "--entity", "device", "--action", "_update"),
    ],
)
def test_the_hook_can_be_chosen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], client: Client, arguments: tuple[str, ...]
) -> None:
    assert run(monkeypatch, *arguments) == 0
    event = written(capsys)
    assert client.send(event).status_code == 200
    assert "{" not in event["body"].get("request", {}).get("path", "")


def test_an_update_has_the_entity_as_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "notification", "--action", "_update") == 0
    data = written(capsys)["body"]["data"]
    assert data["additionalData"]["oldEntity"]["_id"] == data["entity"]["_id"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_token_is_left_to_be_signed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert run(monkeypatch, kind) == 0
    assert ("SIGN_ME" in capsys.readouterr().out) == (kind != "scheduled")


def test_a_file_is_written_readably_and_never_over_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "event.json"
    assert run(monkeypatch, "pre-request", "-o", path, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(path)}
    text = path.read_text(encoding="utf-8")
    assert json.loads(text)["body"]["method"] == "POST"
    assert run(monkeypatch, "scheduled", "-o", path) == 1
    assert "already exists" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text
    path = tmp_path / "nowhere" / "event.json"
    assert run(monkeypatch, "scheduled", "-o", path) == 1
    assert f"Cannot write {path} (No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nonsense",), "nonsense"),
        (("pre-request", "--entity", "patient"), "--entity is not for pre-request events"),
        (("scheduled", "--api-id", "GET/x"), "--api-id is not for scheduled events"),
        (("pre-request", "--api-id", "POST /x"), "is not an API id"),
        (("notification", "--action", "create"), "actions start with an underscore"),
    ],
)
def test_a_wrong_command_line_is_explained(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    assert run(monkeypatch, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
