"""From a folder to a plugin on the platform, over real HTTP, and what is said when it fails."""

from __future__ import annotations

import email.parser
import email.policy
import json
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator, running
from biot_plugin_cli import _platform_client
from biot_plugin_cli._plan import HASH_VARIABLE
from tests.scaffold.faulty_platform import Fault, FaultyPlatform, faulty
from tests.scaffold.packages import Repository
from tests.scaffold.support import Outcome, on_terminal, program_file

pytestmark = pytest.mark.slow

FIRST = "def handler(event, context):\n    return {'n': 1}\n"

SECOND = FIRST.replace("1", "2")
HOOKED = """
from biot_plugin import Plugin
plugin = Plugin()
@plugin.pre_request("POST/organization/v1/users/patients", order=5)
def mark(event): pass
@plugin.notification("patient", "_create")
def told(event): pass
@plugin.scheduled("0 3 * * ? *")
def nightly(event): pass
handler = plugin.handler
"""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def platform(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyPlatform]:
    """The emulator behind a connection that can fail; whoever deploys is its administrator."""
    monkeypatch.setattr(_platform_client, "_PAUSES", (0.01, 0.01))
    with faulty(emulator.url) as platform:
        for name, value in (
            ("BASE_URL", platform.url),
            ("USERNAME", emulator.username),
            ("PASSWORD", emulator.password),
        ):
            monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
        yield platform


@pytest.fixture
def plugin(repository: Repository) -> Repository:
    """A plugin that can be packaged at once."""
    repository.write("index.py", FIRST)
    repository.needs()
    return repository


def deploy(plugin: Repository, *arguments: str) -> dict[str, Any]:
    done = plugin.program("deploy", "--yes", "--json", *arguments)
    assert done.exit_code == 0, done.err
    document: dict[str, Any] = done.document
    return document


def configured(plugin: Repository, **settings: Any) -> None:
    """Write more into the manifest."""
    file = plugin.root / "pyproject.toml"
    lines = "".join(f"{name.replace('_', '-')} = {_toml(value)}\n" for name, value in settings.items())
    text = file.read_text().replace("[tool.biot-plugin]\n", f"[tool.biot-plugin]\n{lines}")
    file.write_text("\n".join(line.strip() for line in text.splitlines()))


def _toml(value: Any) -> str:
    return json.dumps(value).replace('": ', '" = ')


def shown(emulator: Emulator, name: str = "demo") -> dict[str, Any] | None:
    reply = emulator.call("GET", f"/settings/v2/plugins/Plugin-{name}")
    return reply.body if reply.status_code == 200 else None


def answer(emulator: Emulator) -> Any:
    found = shown(emulator)
    assert found
    return Client(emulator.url).call("GET", found["endpointUrl"].removeprefix(emulator.url)).body


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
    form = {"config": json.dumps({**console, "environmentVariables": {"A": "1"}}).encode()}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
    plugin.write("index.py", SECOND)
    configured(plugin, memory_size=1024)
    document = deploy(plugin)
    assert document["changes"] == [{"field": "memorySize", "before": 512, "after": 1024}]
    found = shown(emulator)
    assert found
    assert (found["timeout"], found["memorySize"], found["enabledState"]) == (33, 1024, "DISABLED")
    assert found["cors"]["allowMethods"] == ["PUT"]
    assert found["environmentVariables"] == {"A": "1", HASH_VARIABLE: document["contentHash"]}


def test_what_the_decorators_say_is_what_the_platform_does(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    (plugin.root / ".venv").symlink_to(sys.prefix)
    plugin.write("index.py", HOOKED)
    deploy(plugin)
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


def test_a_plan_is_shown_and_nothing_done(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> None:
    done = plugin.program("deploy", "--dry-run")
    assert (done.exit_code, done.out) == (0, "")
    assert re.search(r"Create demo.*\n\s+version\s+1\n\s+code\s+goes up", done.err)
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


def parts(request: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a form, as they came over the wire: headers and content."""
    head, _, body = request.partition(b"\r\n\r\n")
    [kind] = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-type:")]
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(kind + b"\r\n\r\n" + body)
    return [(dict(part.items()), part.get_payload(decode=True)) for part in message.iter_parts()]  # type: ignore[misc]


def test_the_form_is_that_of_the_platforms_documents(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    configured(plugin, timeout=10, environment={"var1": "val1"})
    document = deploy(plugin)
    [request] = platform.requests
    assert request.startswith(b"POST /settings/v2/plugins HTTP/1.1\r\n")
    (code_headers, code), (config_headers, config) = parts(request)
    assert code_headers == {
        "Content-Disposition": 'form-data; name="code"; filename="demo.zip"',
        "Content-Type": "application/x-zip-compressed",
    }
    assert code == (plugin.root / "dist" / "demo.zip").read_bytes()
    assert config_headers == {"Content-Disposition": 'form-data; name="config"'}
    sent = json.loads(config)
    assert {name: sent[name] for name in ("name", "displayName", "version", "timeout", "handler", "runtime")} == {
        "name": "demo",
        "displayName": "Demo",
        "version": 1,
        "timeout": 10,
        "handler": "index.handler",
        "runtime": plugin.runtime,
    }
    assert sent["environmentVariables"] == {"var1": "val1", HASH_VARIABLE: document["contentHash"]}


def test_where_there_is_no_put_a_patch_is_sent(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    router = emulator.platform.router
    for apis in router._apis.values():
        apis[:] = [api for api in apis if api.method != "PUT"]
    plugin.write("index.py", SECOND)
    assert deploy(plugin)["version"] == 2
    assert answer(emulator) == {"n": 2}
    put, patch = (parts(request) for request in platform.requests[1:])
    assert [headers["Content-Disposition"] for headers, _ in put] == [
        headers["Content-Disposition"] for headers, _ in patch
    ]
    assert json.loads(put[1][1])["name"] == "demo"
    assert set(json.loads(patch[1][1])) == {"version", "environmentVariables"}


CREATE_FAULTS: list[tuple[Fault, bool, bool]] = [
    ("cut before", False, False),
    ("cut during", False, False),
    ("cut after", True, True),
    ("cut answer", True, True),
    ("500", False, False),
    ("500", True, True),
    ("504", False, False),
    ("504", True, True),
    ("html 502", False, False),
    ("html 502", True, True),
]


@pytest.mark.parametrize(("fault", "reaches", "done"), CREATE_FAULTS)
@pytest.mark.parametrize("is_there", [False, True])
def test_whatever_fails_the_platform_has_the_old_or_the_new_one_and_it_is_said_which(
    plugin: Repository,
    emulator: Emulator,
    platform: FaultyPlatform,
    fault: Fault,
    reaches: bool,
    done: bool,
    is_there: bool,
) -> None:
    if is_there:
        deploy(plugin)
        plugin.write("index.py", SECOND)
    platform.fault, platform.reaches, platform.times = fault, reaches, 1
    outcome: Outcome = plugin.program("deploy", "--yes", "--json")
    if done:
        assert outcome.exit_code == 0, outcome.err
        assert outcome.document["version"] == (2 if is_there else 1)
        assert answer(emulator) == {"n": 2 if is_there else 1}
    else:
        assert outcome.exit_code in (5, 6)
        assert "Traceback" not in outcome.err
        if is_there:
            assert "still has version 1 of demo, as it was" in outcome.err
            assert answer(emulator) == {"n": 1}
        else:
            assert "has no plugin demo" in outcome.err
            assert shown(emulator) is None
    # And nothing stands in the way of trying again.
    assert deploy(plugin)["action"] == ("none" if done else "update" if is_there else "create")


def test_where_the_platform_is_gone_afterwards_nobody_pretends_to_know(
    plugin: Repository, platform: FaultyPlatform
) -> None:
    platform.fault = "cut after"
    original = platform._ask

    def ask_and_go(request: bytes) -> bytes:
        answer = original(request)
        platform.gone = request.startswith(b"POST /settings")
        return answer

    platform._ask = ask_and_go  # type: ignore[method-assign]
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 6
    assert "not known: run biot-plugin status" in outcome.err


def test_of_two_deploys_at_once_one_is_told_that_the_other_was_faster(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    plugin.write("index.py", SECOND)
    original = platform._ask

    def somebody_else_first(request: bytes) -> bytes:
        if request.startswith(b"PUT"):
            emulator.deploy(plugin.root / "dist" / "demo.zip")
        return original(request)

    platform._ask = somebody_else_first  # type: ignore[method-assign]
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 5
    assert "somebody else has deployed meanwhile, run deploy again" in outcome.err


@pytest.mark.parametrize(
    ("variables", "exit_code", "said"),
    [
        ({"BASE_URL": "http://127.0.0.1:1"}, 6, "cannot be reached"),
        ({"BASE_URL": "http://platform.example"}, 2, "https://"),
        ({"BASE_URL": ""}, 2, "BIOT_PLUGIN_BASE_URL"),
        ({"PASSWORD": ""}, 2, "belong together"),
        ({"PASSWORD": "", "USERNAME": ""}, 2, "no credentials"),
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
    image = {"name": "demo", "displayName": "Demo", "version": 1, "deploymentPackageType": "IMAGE", "imageTag": "1"}
    assert emulator.call("POST", "/settings/v2/plugins", form={"config": json.dumps(image).encode()}).status_code == 201
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 4
    assert "package = 'image'" in outcome.err
    assert platform.requests == []


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


def test_older_code_goes_up_again_as_a_newer_version(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    first = deploy(plugin)
    outcome = plugin.program("rollback", "--yes")
    assert (outcome.exit_code, "not kept" in outcome.err) == (1, True)
    plugin.write("index.py", SECOND)
    deploy(plugin)
    back = plugin.program("rollback", "--yes", "--json").document
    assert (back["version"], back["codeOf"], back["contentHash"]) == (3, 1, first["contentHash"])
    assert answer(emulator) == {"n": 1}
    forth = plugin.program("rollback", "--yes", "--json", "--to", "2").document
    assert (forth["version"], forth["codeOf"]) == (4, 2)
    assert answer(emulator) == {"n": 2}
    # Version 2 has the code that is there.
    assert plugin.program("rollback", "--yes", "--json", "--to", "2").document["action"] == "none"
    assert "already" in plugin.program("rollback", "--yes", "--to", "2").out
    assert "version 99" in plugin.program("rollback", "--yes", "--to", "99").err
    # What is in this folder is what is there.
    assert deploy(plugin)["action"] == "none"


def test_the_packages_that_are_kept_are_few_and_git_does_not_see_them(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    for number in range(8):
        plugin.write("index.py", FIRST.replace("1", str(number)))
        deploy(plugin)
    kept = sorted(path.name for path in (plugin.root / ".biot-plugin").rglob("*.zip"))
    assert kept == [f"{version:05d}.zip" for version in range(4, 9)]
    assert (plugin.root / ".biot-plugin" / ".gitignore").read_text() == "*\n"


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


def test_many_deploys_at_once_leave_one_whole_plugin(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, tmp_path: Path
) -> None:
    deploy(plugin)
    package = (plugin.root / "dist" / "demo.zip").read_bytes()
    statuses: list[int] = []

    def change() -> None:
        form = {"code": package, "config": b'{"version": 2}'}
        statuses.append(emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code)

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 400, 400, 400]
    assert answer(emulator) == {"n": 1}


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


def test_the_platform_itself_is_asked_what_can_be_intercepted(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plugin.root / ".venv").symlink_to(sys.prefix)
    plugin.write("index.py", HOOKED)
    assert plugin.program("check", "--online").exit_code == 0
    router = emulator.platform.router
    for apis in router._apis.values():
        apis[:] = [api for api in apis if api.api_id != "POST/organization/v1/users/patients"]
    outcome = plugin.program("check", "--online")
    assert (outcome.exit_code, "users/patients" in outcome.out) == (4, True)
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", "http://127.0.0.1:1")
    assert plugin.program("check", "--online").exit_code == 6


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


def test_with_the_code_goes_back_what_its_decorators_said(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    (plugin.root / ".venv").symlink_to(sys.prefix)
    plugin.write("index.py", HOOKED)
    deploy(plugin)
    before = shown(emulator)
    plugin.write("index.py", re.sub(r"@plugin.(notification|scheduled).*\n.*\n", "", HOOKED))
    configured(plugin, timeout=9)
    deploy(plugin)
    back = plugin.program("rollback", "--yes", "--json")
    assert back.exit_code == 0, back.err
    after = shown(emulator)
    assert before
    assert after
    assert after["subscriptions"] == before["subscriptions"]
    assert after["cronSchedule"] == before["cronSchedule"]
    # What is not the code's own stays as it is.
    assert after["timeout"] == 9


@pytest.mark.parametrize(("key", "exit_code", "made"), [(b"y\r", 0, True), (b"n\r", 1, False)])
def test_on_a_terminal_the_plan_is_shown_before_anybody_is_asked(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, key: bytes, exit_code: int, made: bool
) -> None:
    ended, said = on_terminal([program_file("biot-plugin"), "deploy"], [("Go on?", key)])
    assert said.index("Create") < said.index("Go on?")
    assert (ended, shown(emulator) is not None) == (exit_code, made), said
