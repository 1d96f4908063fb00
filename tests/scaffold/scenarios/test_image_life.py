"""The life of an image plugin with nothing but what pip installs: the emulator is the platform and has the registry."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.loading import image_code
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE
from tests.faulty_registry import FaultyRegistry
from tests.scaffold.deployments import FIRST, SECOND, answer, configured, deploy, deploy_hooked, shown
from tests.scaffold.packages import Repository, make_wheel
from tests.scaffold.pushed_images import as_image

pytestmark = [pytest.mark.slow, pytest.mark.long(25)]


def run(plugin: Repository, *arguments: str) -> Any:
    done = plugin.program(*arguments, "--json")
    assert done.exit_code == 0, done.err
    return done.document


def changes(registry: FaultyRegistry) -> list[str]:
    """The requests that changed something."""
    return [request.path for request in registry.requests if request.method in ("POST", "PUT", "PATCH", "DELETE")]


def test_a_plugin_is_deployed_called_changed_rolled_back_and_deleted(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    make_wheel(plugin.wheels, "helper", {"helper.py": "VALUE = 1\n", "data.txt": "".join(map(str, range(30_000)))})
    plugin.needs("helper")
    as_image(plugin)
    plugin.write("index.py", FIRST.replace("return", "import helper; return"))
    assert deploy(plugin, "--dry-run")["action"] == "create"
    assert registry.bytes_received == 0

    made = deploy(plugin)
    assert (made["action"], made["version"]) == ("create", 1)
    assert made["image"]["bytesSent"] == registry.bytes_received > 10_000
    assert made["image"]["tag"] == f"demo-{made['contentHash'][:32]}"
    assert answer(emulator) == {"n": 1}
    found = shown(emulator)
    assert found
    assert (found["deploymentPackageType"], found["runtime"], found["handler"]) == ("IMAGE", None, None)
    assert found["environmentVariables"] == {HASH_VARIABLE: made["contentHash"]}

    before = len(changes(registry))
    assert deploy(plugin)["action"] == "none"
    assert not [path for path in changes(registry)[before:] if "/v2/plugins" in path]

    sent = registry.bytes_received
    plugin.write("index.py", SECOND.replace("return", "import helper; return"))
    changed = deploy(plugin)
    assert (changed["action"], changed["version"], changed["codeChanged"]) == ("update", 2, True)
    # The layer of the dependencies is there already.
    assert changed["image"]["bytesSent"] == registry.bytes_received - sent < 5_000
    assert answer(emulator) == {"n": 2}

    configured(plugin, memory_size=256)
    resized = deploy(plugin)
    assert (resized["version"], resized["codeChanged"], "image" in resized) == (2, False, False)

    assert run(plugin, "status")["deploymentPackageType"] == "IMAGE"
    assert ["deploymentPackageType", "IMAGE"] in [line.split() for line in plugin.program("status").out.splitlines()]
    assert [item["name"] for item in run(plugin, "list")] == ["demo"]
    assert run(plugin, "disable")["enabledState"] == "DISABLED"
    assert run(plugin, "enable")["enabledState"] == "ENABLED"

    back = run(plugin, "rollback", "--yes")
    assert (back["version"], back["codeOf"], back["contentHash"]) == (3, 1, made["contentHash"])
    assert answer(emulator) == {"n": 1}
    assert run(plugin, "delete", "--yes") == {"name": "demo"}
    assert shown(emulator) is None


def test_code_that_is_too_large_to_be_loaded_is_deployed_with_a_warning(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_code, "MAX_UNPACKED_BYTES", 10)
    as_image(plugin)
    done = plugin.program("deploy", "--yes")
    assert (done.exit_code, "and was not loaded before deploying" in done.err) == (0, True), done.err
    assert answer(emulator) == {"n": 1}


def test_another_machine_can_tell_what_is_there(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    as_image(plugin)
    deploy(plugin)
    for name in (".biot-plugin", ".cache"):
        (plugin.root / name).rename(plugin.root.parent / f"elsewhere{name}")
    assert deploy(plugin)["action"] == "none"


def test_what_has_vanished_from_the_registry_is_pushed_again_by_a_rollback(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    as_image(plugin)
    deploy(plugin)
    plugin.write("index.py", SECOND)
    deploy(plugin)
    images = emulator.platform.images.registry
    assert images
    images.clear()
    sent = registry.bytes_received
    assert run(plugin, "rollback", "--yes")["image"]["bytesSent"] == registry.bytes_received - sent > 0
    assert answer(emulator) == {"n": 1}


def test_the_last_versions_are_stored_and_share_what_is_the_same(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    as_image(plugin)
    for number in range(7):
        plugin.write("index.py", FIRST.replace("1", str(number)))
        deploy(plugin)
    folder = next((plugin.root / ".biot-plugin" / "deployed").iterdir())
    assert len([*folder.glob("*.image")]) == 5
    # A layer and a configuration each.
    assert len([*(folder / "blobs" / "sha256").iterdir()]) == 10
    (folder / "blobs" / "sha256" / json.loads(_manifest(folder))["layers"][0]["digest"].partition(":")[2]).unlink()
    failed = plugin.program("rollback", "--yes", "--to", "3")
    assert (failed.exit_code, "check out the older code and deploy it" in failed.err) == (1, True)


def _manifest(folder: Any) -> str:
    text: str = json.loads((folder / "00003.image").read_text())["manifest"]
    return text


@pytest.mark.matrix
def test_the_decorators_say_what_the_platform_calls(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    deploy_hooked(plugin, whole=True)
    found = shown(emulator)
    assert found
    refused = _refused_package_type(plugin)
    assert "package = 'zip'" in refused
    run(plugin, "delete", "--yes")
    made = deploy(plugin)
    assert made["image"]["bytesSent"] > 0
    again = shown(emulator)
    assert again
    assert again["subscriptions"] == found["subscriptions"]
    assert again["cronSchedule"] == found["cronSchedule"]


def _refused_package_type(plugin: Repository) -> str:
    as_image(plugin)
    done = plugin.program("deploy", "--yes")
    assert done.exit_code == 4
    return done.err


def test_an_image_is_pushed_without_being_deployed(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    refused = plugin.program("image", "push")
    assert refused.exit_code == 4
    as_image(plugin)
    pushed = run(plugin, "image", "push")
    assert pushed["bytesSent"] == registry.bytes_received > 0
    assert shown(emulator) is None
    said = plugin.program("image", "push")
    assert f"{pushed['digest']}, 0 bytes sent\n" in said.out
    # A few hundred bytes are not 0.00 MB.
    plugin.write("index.py", SECOND)
    said = plugin.program("image", "push")
    assert re.search(r"Pushing 1 of 2 parts: \d+ bytes ", said.err), said.err
    assert re.search(r", ([1-9]\d* bytes|[1-9][\d.]* kB) sent\n", said.out), said.out
    plugin.write("index.py", FIRST)
    assert deploy(plugin)["image"] == {**{key: pushed[key] for key in ("repository", "tag", "digest")}, "bytesSent": 0}
