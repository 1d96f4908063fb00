"""Seeing, switching and removing what is on the platform."""

from __future__ import annotations

import re

import pytest

from biot_emulator.testing import Emulator
from tests.scaffold.deployments import FIRST, deploy, shown
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("variables", "exit_code", "said"),
    [
        ({"BASE_URL": "http://127.0.0.1:1"}, 6, "Cannot connect to"),
        ({"BASE_URL": "http://platform.example"}, 2, "https://"),
        ({"BASE_URL": ""}, 2, "BIOT_PLUGIN_BASE_URL"),
        ({"PASSWORD": ""}, 2, "Only one of"),
        ({"PASSWORD": "", "USERNAME": ""}, 2, "No credentials"),
        ({"PASSWORD": "guess"}, 5, "is wrong"),
        ({"SERVICE_ID": "6d2f3a52-5f0d-4f0a-9f57-0d7a1a6d3c11", "SERVICE_SECRET": "guess"}, 5, "is wrong"),
    ],
)
def test_without_the_platform_nothing_is_deployed(
    plugin: Repository,
    platform: FaultyPlatform,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    exit_code: int,
    said: str,
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name, value in variables.items():
        monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
    for command in ("status", "list", "deploy", "rollback", "delete", "enable", "disable"):
        outcome = plugin.program(command, *(["--yes"] if command in ("deploy", "rollback", "delete") else []))
        assert (outcome.exit_code, said in outcome.err) == (exit_code, True), (command, outcome.err)
        assert "guess" not in outcome.err
        assert outcome.err.count("\n") == 1 or command == "deploy"


def test_machines_are_told_the_platforms_own_name_of_a_refusal(
    plugin: Repository, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plugin.program("status", "--json").document["exitCode"] == 1
    monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", "guess")
    for command in ("status", "list", "deploy", "rollback", "delete", "enable", "disable"):
        outcome = plugin.program(command, "--json")
        assert (outcome.document["exitCode"], outcome.document["code"]) == (5, "LOGIN_FAILED"), command
        assert outcome.err.endswith(f"error: {outcome.document['error']}\n")


def test_the_plugin_is_shown_listed_disabled_and_removed(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    assert plugin.program("status").exit_code == 1
    assert "no plugins" in plugin.program("list").out
    deploy(plugin)
    emulator.deploy(plugin.root / "dist" / "demo.zip", "other")
    status = plugin.program("status")
    assert re.search(r"version\s+1\n", status.out)
    assert plugin.program("status", "--json").document == shown(emulator)
    assert [one["name"] for one in plugin.program("list", "--json").document] == ["demo", "other"]
    assert "other" in plugin.program("list").out
    for command, state in (("disable", "DISABLED"), ("disable", "DISABLED"), ("enable", "ENABLED")):
        assert plugin.program(command).exit_code == 0
        found = shown(emulator)
        assert found
        assert (found["enabledState"], found["version"]) == (state, 1)
    for name in ("Plugin-other", "demo"):
        assert plugin.program("delete", name, "--yes").exit_code == 0
        outcome = plugin.program("delete", name, "--yes")
        assert (outcome.exit_code, "no plugin" in outcome.err) == (1, True)
    assert plugin.program("list", "--json").document == []


def test_a_plugin_whose_name_begins_like_the_prefix_is_itself(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    emulator.deploy(plugin.root / "dist" / "demo.zip", "Plugin-demo")
    assert plugin.program("delete", "Plugin-demo", "--yes", "--json").document == {"name": "Plugin-demo"}
    assert plugin.program("delete", "Plugin-demo", "--yes", "--json").document == {"name": "demo"}


def test_a_plugin_that_something_else_deployed_is_switched_too(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    plugin.write("other/index.py", FIRST)
    emulator.deploy(plugin.root / "other", environmentVariables={"A": "1"})
    for command, state in (("disable", "DISABLED"), ("enable", "ENABLED")):
        platform.fault, platform.times = "cut after", 1
        outcome = plugin.program(command)
        assert outcome.exit_code == 0, outcome.err
        found = shown(emulator)
        assert found
        assert (found["enabledState"], found["version"], found["environmentVariables"]) == (state, 1, {"A": "1"})
