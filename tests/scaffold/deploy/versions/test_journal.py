"""Who deployed what, when and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.deploy.versions.journal import DeploymentRecord, add_deployment, read_deployments
from tests.scaffold.deployments import SECOND, deploy
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository

RECORD = DeploymentRecord(
    plugin="demo",
    place="https://api.example.com",
    environment=None,
    action="create",
    version=1,
    content_hash="a" * 64,
    commit=None,
    code_of=None,
    time="2026-03-04T05:06:07.000Z",
    by="user jane",
)


def test_damaged_lines_and_other_plugins_do_not_count(tmp_path: Path) -> None:
    assert read_deployments(tmp_path, "demo") == []
    add_deployment(tmp_path, RECORD)
    file = tmp_path / ".biot-plugin" / "deployments.jsonl"
    file.write_text(file.read_text() + '{"plugin": "demo"}\n{\n[]\n' + file.read_text().replace('"demo"', '"other"'))
    add_deployment(tmp_path, RECORD)
    assert read_deployments(tmp_path, "demo") == [RECORD, RECORD]
    assert (tmp_path / ".biot-plugin" / ".gitignore").read_text() == "*\n"


@pytest.mark.slow
def test_deployments_and_rollbacks_are_noted_down(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    first = deploy(plugin)
    deploy(plugin)  # nothing to do
    plugin.write("index.py", SECOND)
    deploy(plugin)
    assert plugin.program("rollback", "--yes").exit_code == 0
    records = read_deployments(plugin.root, "demo")
    assert [(item.action, item.version, item.code_of) for item in records] == [
        ("create", 1, None),
        ("update", 2, None),
        ("update", 3, 1),
    ]
    assert {(item.place, item.by) for item in records} == {(platform.url, f"user {emulator.username}")}
    assert records[2].content_hash == first["contentHash"]
    assert all(item.time and item.time.endswith("Z") for item in records)
    # Nothing but that: no password, no token.
    text = (plugin.root / ".biot-plugin" / "deployments.jsonl").read_text()
    assert emulator.password not in text
    assert set(json.loads(text.splitlines()[0])) == set(RECORD.__slots__)


@pytest.mark.slow
def test_a_deployment_that_cannot_be_noted_down_has_succeeded(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    (plugin.root / ".biot-plugin" / "deployments.jsonl").mkdir(parents=True)
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 0
    assert "this deployment is not noted down" in outcome.err
