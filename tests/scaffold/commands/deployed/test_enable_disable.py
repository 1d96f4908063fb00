"""Seeing, switching and removing what is on the platform."""

from __future__ import annotations

import json
import re

import pytest

from biot_emulator.testing import Emulator
from tests.scaffold.deployments import FIRST, SECOND, deploy, shown
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
    for command, state, is_same in (
        ("enable", "ENABLED", True),
        ("disable", "DISABLED", False),
        ("disable", "DISABLED", True),
        ("enable", "ENABLED", False),
    ):
        done = plugin.program(command)
        assert (done.exit_code, f"already {state.lower()}" in done.out) == (0, is_same)
        found = shown(emulator)
        assert found
        assert (found["enabledState"], found["version"]) == (state, 1)
    for name in ("Plugin-other", "demo"):
        assert plugin.program("delete", name, "--yes").exit_code == 0
        outcome = plugin.program("delete", name, "--yes")
        assert (outcome.exit_code, "no plugin" in outcome.err) == (1, True)
    assert plugin.program("list", "--json").document == []


def names(emulator: Emulator) -> list[str]:
    return sorted(plugin["name"] for plugin in emulator.call("GET", "/settings/v2/plugins").body["data"])


def test_a_name_that_may_be_of_two_plugins_is_of_none(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    emulator.deploy(plugin.root / "dist" / "demo.zip", "Plugin-demo")
    refused = plugin.program("delete", "Plugin-demo", "--yes")
    assert (refused.exit_code, refused.err) == (
        2,
        f"error: Plugin-demo may be one of two plugins on {platform.url}: write Plugin-Plugin-demo for the one of that "
        "name, or demo for the one that the platform calls Plugin-demo\n",
    )
    assert names(emulator) == ["Plugin-demo", "demo"]
    assert plugin.program("status", "--json").document["name"] == "demo"
    assert plugin.program("delete", "Plugin-Plugin-demo", "--yes", "--json").document == {"name": "Plugin-demo"}
    assert plugin.program("delete", "Plugin-Plugin-demo", "--yes").exit_code == 1
    assert names(emulator) == ["demo"]
    emulator.deploy(plugin.root / "dist" / "demo.zip", "Plugin-demo")
    assert plugin.program("delete", "demo", "--yes", "--json").document == {"name": "demo"}
    assert names(emulator) == ["Plugin-demo"]
    assert plugin.program("delete", "--yes").exit_code == 1
    assert names(emulator) == ["Plugin-demo"]


COMMANDS = ["deploy", "status", "list", "enable", "disable", "rollback", "delete"]


@pytest.mark.parametrize("where", ["[tool.biot-plugin]", "[tool.biot-plugin.env.test]"])
def test_a_manifest_with_the_platforms_prefix_acts_on_nothing(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, where: str
) -> None:
    deploy(plugin)
    sent = len(platform.requests)
    text = "\n".join(line.strip() for line in (plugin.root / "pyproject.toml").read_text().splitlines())
    if where == "[tool.biot-plugin]":
        text, arguments = text.replace('name = "demo"', 'name = "Plugin-demo"', 1), []
    else:
        text, arguments = f'{text}\n{where}\nname = "Plugin-demo"\n', ["--env", "test"]
    plugin.write("pyproject.toml", text)
    for command in COMMANDS:
        yes = ["--yes"] if command in ("deploy", "rollback", "delete") else []
        outcome = plugin.program(command, *yes, *arguments)
        assert outcome.exit_code == 4, (command, outcome.err)
        assert f"'name' of {where} is 'Plugin-demo': make it 1 to 57" in outcome.err
        assert "not beginning with Plugin-, which the platform puts before it" in outcome.err
    [finding] = [
        one for one in plugin.program("check", "--json", *arguments).document["findings"] if one["severity"] == "error"
    ]
    assert (finding["code"], finding["file"]) == ("name-invalid", "pyproject.toml")
    assert len(platform.requests) == sent
    assert names(emulator) == ["demo"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "demo ",
        " demo",
        "de\u200bmo",
        "d\u0435mo",
        "..",
        "../demo",
        "demo/",
        "demo?x=1",
        "demo#",
        "%64emo",
        "n" * 65,
    ],
)
def test_what_is_not_a_name_deletes_nothing(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, name: str
) -> None:
    deploy(plugin)
    outcome = plugin.program("delete", name, "--yes")
    assert (outcome.exit_code, "is not the name of a plugin" in outcome.err) == (2, True), outcome.err
    assert names(emulator) == ["demo"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("responded", ["Demo", "demo ", "other", "Plugin-Plugin-demo", "d\u0435mo"])
def test_an_answer_about_another_plugin_is_an_error(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, responded: str
) -> None:
    deploy(plugin)
    original = platform.ask

    def ask(request: bytes) -> bytes:
        answer = original(request)
        if not request.startswith(b"GET /settings/v2/plugins/"):
            return answer
        head, _, body = answer.partition(b"\r\n\r\n")
        changed = json.dumps({**json.loads(body), "name": responded}).encode()
        return re.sub(rb"(?i)content-length: \d+", b"content-length: %d" % len(changed), head) + b"\r\n\r\n" + changed

    platform.ask = ask
    sent = len(platform.requests)
    for command in ("deploy", "status", "disable", "rollback", "delete"):
        yes = ["--yes"] if command in ("deploy", "rollback", "delete") else []
        outcome = plugin.program(command, *yes)
        assert outcome.exit_code == 5, (command, outcome.err)
        assert f"The platform responded with another plugin, {responded!r} instead of 'demo'" in outcome.err
    assert len(platform.requests) == sent


def test_a_name_that_is_shown_with_the_prefix_is_that_of_the_plugin(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    emulator.deploy(plugin.root / "dist" / "demo.zip", "Plugin-demo")
    original = platform.ask

    def ask(request: bytes) -> bytes:
        answer = original(request)
        head, _, body = answer.partition(b"\r\n\r\n")
        if b" /settings/v2/plugins" not in request.partition(b"\r\n")[0] or not body:
            return answer
        changed = body.replace(b'"name":"demo"', b'"name":"Plugin-demo"').replace(
            b'"name": "demo"', b'"name": "Plugin-demo"'
        )
        return re.sub(rb"(?i)content-length: \d+", b"content-length: %d" % len(changed), head) + b"\r\n\r\n" + changed

    platform.ask = ask
    assert plugin.program("status", "--json").document["name"] == "demo"
    plugin.write("index.py", SECOND)
    deploy(plugin)
    for command in (["disable"], ["rollback", "--yes"], ["delete", "--yes"]):
        assert plugin.program(*command).exit_code == 0, command
    assert all(b"/Plugin-demo HTTP" in request.partition(b"\r\n")[0] for request in platform.requests[1:])
    assert names(emulator) == ["Plugin-demo"]
    left = shown(emulator, "Plugin-demo")
    assert left
    assert (left["enabledState"], left["version"]) == ("ENABLED", 1)


def test_a_plugin_that_something_else_deployed_is_switched_too(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    plugin.write("other/index.py", FIRST)
    emulator.deploy(plugin.root / "other", environmentVariables={"A1": "1"})
    for command, state in (("disable", "DISABLED"), ("enable", "ENABLED")):
        platform.fault, platform.times = "cut after", 1
        outcome = plugin.program(command)
        assert outcome.exit_code == 0, outcome.err
        found = shown(emulator)
        assert found
        assert (found["enabledState"], found["version"], found["environmentVariables"]) == (state, 1, {"A1": "1"})
