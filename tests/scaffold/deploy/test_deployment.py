"""From a folder to a plugin on the platform, over real HTTP."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.testing import Emulator
from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.deploy import preparation
from biot_plugin_cli.hooks import discovery
from biot_plugin_cli.manifest import file
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE
from tests.scaffold.deployments import HOOKED, SECOND, answer, configured, deploy, deploy_hooked, hook, shown
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import THIS, Repository
from tests.scaffold.support import on_terminal, program_file

pytestmark = pytest.mark.slow


def test_a_package_that_was_changed_after_its_checks_is_not_sent(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(_plugin: object, path: Path, _loaded: object) -> list[Finding]:
        path.write_bytes(path.read_bytes() + b"x")
        return []

    monkeypatch.setattr(preparation, "check_loading", change)
    outcome = plugin.program("deploy", "--yes")
    assert (outcome.exit_code, "was changed after it was built: run this command again" in outcome.err) == (1, True)
    assert platform.requests == []


def test_a_plugin_is_made_changed_and_left_alone(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    made = deploy(plugin)
    assert (made["action"], made["version"], made["versionBefore"]) == ("create", 1, None)
    assert answer(emulator) == {"n": 1}

    assert deploy(plugin)["action"] == "none"
    assert len(platform.requests) == 1

    plugin.write("index.py", SECOND)
    changed = deploy(plugin)
    assert (changed["action"], changed["version"], changed["codeChanged"]) == ("update", 2, True)
    assert changed["contentHash"] != made["contentHash"]
    assert answer(emulator) == {"n": 2}
    assert deploy(plugin)["action"] == "none"

    configured(plugin, timeout=7)
    document = deploy(plugin)
    assert (document["version"], document["codeChanged"]) == (2, False)
    assert document["changes"] == [{"field": "timeout", "before": 60, "after": 7}]
    found = shown(emulator)
    assert found
    assert (found["timeout"], found["version"]) == (7, 2)


def test_the_repository_is_read_once(
    plugin: Repository, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    for module, name in ((file, "_read"), (discovery, "_run_probe")):
        monkeypatch.setattr(module, name, _recorded(getattr(module, name), steps))
    deploy(plugin)
    assert steps == ["_read", "_run_probe"]


def _recorded(function: Callable[..., Any], steps: list[str]) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        steps.append(function.__name__)
        return function(*arguments, **options)

    return call


def test_another_machine_can_tell_what_is_there(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    made = deploy(plugin)
    found = shown(emulator)
    assert found
    assert found["environmentVariables"] == {HASH_VARIABLE: made["contentHash"]}
    (plugin.root / ".biot-plugin").rename(plugin.root.parent / "elsewhere")
    assert deploy(plugin)["action"] == "none"


def test_the_version_rises_from_the_platforms_number(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    configured(plugin, version=7)
    file = plugin.root / "pyproject.toml"
    file.write_text(file.read_text().replace("version = 1\n", "", 1))
    assert deploy(plugin)["version"] == 7
    file.write_text(file.read_text().replace("version = 7\n", "version = 3\n"))
    plugin.write("index.py", SECOND)
    assert deploy(plugin)["version"] == 8


def test_what_the_file_does_not_mention_is_left_alone(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    console = {"timeout": 33, "memorySize": 512, "enabledState": "DISABLED", "cors": {"allowMethods": ["PUT"]}}
    unknown_here = {"cronSchedule": "0 3 * * ? *", "subscriptions": {"interceptionOrder": 50}}
    form = {"config": json.dumps({**console, **unknown_here, "environmentVariables": {"A": "1"}}).encode()}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
    plugin.write("index.py", SECOND)
    configured(plugin, memory_size=1024)
    document = deploy(plugin)
    assert document["changes"] == [{"field": "memorySize", "before": 512, "after": 1024}]
    found = shown(emulator)
    assert found
    assert (found["timeout"], found["memorySize"], found["enabledState"]) == (33, 1024, "DISABLED")
    assert found["cors"]["allowMethods"] == ["PUT"]
    assert (found["cronSchedule"], found["subscriptions"]["interceptionOrder"]) == ("0 3 * * ? *", 50)
    assert found["environmentVariables"] == {"A": "1", HASH_VARIABLE: document["contentHash"]}


def test_what_the_decorators_say_is_what_the_platform_does(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy_hooked(plugin)
    found = shown(emulator)
    assert found
    assert [(one["type"], one["order"]) for one in found["subscriptions"]["interceptions"]] == [("PRE_REQUEST", 5)]
    assert [one["actionName"] for one in found["subscriptions"]["notifications"]] == ["_create"]
    assert found["cronSchedule"] == "0 3 * * ? *"
    assert deploy(plugin)["action"] == "none"

    plugin.write("index.py", re.sub(r"@plugin.(notification|scheduled).*\n.*\n", "", HOOKED))
    changes = {change["field"]: change for change in deploy(plugin)["changes"]}
    assert set(changes) == {"subscriptions.notifications", "cronSchedule"}
    found = shown(emulator)
    assert found
    assert found["subscriptions"]["notifications"] == []
    assert "cronSchedule" not in found
    assert deploy(plugin)["action"] == "none"


def test_an_order_of_interceptions_that_the_file_does_not_mention_is_left_alone(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy_hooked(plugin)
    form = {"config": b'{"subscriptions": {"interceptionOrder": 50}}'}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
    assert deploy(plugin)["action"] == "none"
    plugin.write("index.py", HOOKED.replace("order=5", "order=6"))
    assert [change["field"] for change in deploy(plugin)["changes"]] == ["subscriptions.interceptions"]
    found = shown(emulator)
    assert found
    assert found["subscriptions"]["interceptionOrder"] == 50
    configured(plugin, interception_order=7)
    changes = deploy(plugin)["changes"]
    assert changes == [{"field": "subscriptions.interceptionOrder", "before": 50, "after": 7}]


def test_as_many_variables_as_the_check_lets_pass_can_be_deployed(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    configured(plugin, environment={"LEVEL": "x" * 4008})
    assert plugin.program("check").exit_code == 0
    assert deploy(plugin)["action"] == "create"
    plugin.write("pyproject.toml", (plugin.root / "pyproject.toml").read_text().replace("xx", "xxx", 1))
    outcome = plugin.program("deploy", "--yes")
    assert (outcome.exit_code, "within 4013 bytes" in outcome.err) == (4, True), outcome.err


def test_a_plan_is_shown_and_nothing_done(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> None:
    done = plugin.program("deploy", "--dry-run")
    assert (done.exit_code, done.out) == (0, "")
    assert re.search(r"Create demo.*\n\s+version\s+1\n\s+code\s+uploaded", done.err)
    document = plugin.program("deploy", "--dry-run", "--json").document
    assert document["action"] == "create"
    assert shown(emulator) is None


def test_without_a_terminal_nobody_is_asked(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> None:
    for command in ("deploy", "delete"):
        if command == "delete":
            deploy(plugin)
        done = plugin.program(command)
        assert (done.exit_code, "--yes" in done.err) == (2, True)
    assert shown(emulator)


def test_a_service_user_deploys(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = "00000000-0000-0000-0000-000000000001"
    made = emulator.call("POST", "/ums/v2/services", json={"roleId": administrator, "type": "EXTERNAL_SERVICE"}).body
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_ID", made["id"])
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_SECRET", made["secretKeyData"]["secretKey"])
    monkeypatch.delenv("BIOT_PLUGIN_USERNAME")
    monkeypatch.delenv("BIOT_PLUGIN_PASSWORD")
    assert deploy(plugin)["action"] == "create"


def test_a_package_of_the_other_kind_is_refused_before_anything_is_sent(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    image = {"name": "demo", "displayName": "Demo", "version": 1, "deploymentPackageType": "IMAGE", "runtime": THIS}
    assert emulator.call("POST", "/settings/v2/plugins", form={"config": json.dumps(image).encode()}).status_code == 201
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 4
    assert "package = 'image'" in outcome.err
    assert platform.requests == []


def test_an_environment_has_its_own_platform_and_settings(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL")
    file = plugin.root / "pyproject.toml"
    file.write_text(
        "\n".join(line.strip() for line in file.read_text().splitlines())
        + f'\n[tool.biot-plugin.env.test]\nbase-url = "{platform.url}"\nmemory-size = 300\n'
    )
    deploy(plugin, "--env", "test")
    found = shown(emulator)
    assert found
    assert found["memorySize"] == 300
    outcome = plugin.program("deploy", "--yes", "--env", "prod")
    assert (outcome.exit_code, "test" in outcome.err) == (4, True)


@pytest.mark.parametrize(
    ("index", "exit_code", "said"),
    [
        ("import nothing_like_it\n", 3, "nothing_like_it"),
        (HOOKED.replace("0 3 * * ? *", "0 3 * * * *"), 4, "is not a schedule"),
        (re.sub("users/patients|_create", "robots", HOOKED), 4, "and 1 more: run biot-plugin check"),
        (HOOKED.replace("users/patients", "users/robots"), 4, "users/robots"),
    ],
)
def test_what_the_platform_would_refuse_late_is_refused_early(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, index: str, exit_code: int, said: str
) -> None:
    (plugin.root / ".venv").symlink_to(sys.prefix)
    plugin.write("index.py", index)
    outcome = plugin.program("deploy", "--yes")
    assert (outcome.exit_code, said in outcome.err) == (exit_code, True), outcome.err
    assert platform.requests == []
    assert not (plugin.root / "dist").exists()


def test_what_the_check_warns_of_is_said_once_and_deployed(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    configured(plugin, timeout=2)
    done = plugin.program("deploy", "--yes", "--json")
    assert (done.exit_code, done.document["action"]) == (0, "create")
    assert done.err.count("A timeout of 2 s may be too short") == 1
    warning = next(line for line in done.err.splitlines() if "timeout of 2 s" in line)
    assert warning == (
        "warning: pyproject.toml:3: A timeout of 2 s may be too short for a cold start and a call to the platform; "
        "set 10 or more, unless you have measured it"
    )
    configured(plugin, interception_order=0)
    refused = plugin.program("deploy", "--yes")
    assert (refused.exit_code, "warning" in refused.err) == (4, False)


def test_the_platform_itself_is_asked_what_can_be_intercepted(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(plugin)
    assert plugin.program("check", "--online").exit_code == 0
    listed, gone = InterceptableApis.listed, "POST/organization/v1/users/patients"
    with monkeypatch.context() as patch:
        patch.setattr(
            InterceptableApis, "listed", lambda apis: [entry for entry in listed(apis) if entry.get("apiId") != gone]
        )
        outcome = plugin.program("check", "--online")
    assert (outcome.exit_code, "users/patients" in outcome.out) == (4, True)
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", "http://127.0.0.1:1")
    assert plugin.program("check", "--online").exit_code == 6


@pytest.mark.parametrize(("key", "exit_code", "made"), [(b"y\r", 0, True), (b"n\r", 1, False)])
def test_on_a_terminal_the_plan_is_shown_before_anybody_is_asked(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, key: bytes, exit_code: int, made: bool
) -> None:
    ended, said = on_terminal([program_file("biot-plugin"), "deploy"], [("Go on?", key)])
    assert said.index("Create") < said.index("Go on?")
    assert (ended, shown(emulator) is not None) == (exit_code, made), said
