"""Image plugins that a container engine builds: it is not started where nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.faulty_registry import FaultyRegistry
from tests.scaffold.deployments import SECOND, answer, configured, deploy, shown
from tests.scaffold.engines import counted_buildah, stand_in
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import as_image

pytestmark = pytest.mark.slow

DOCKERFILE = """\
FROM scratch
COPY index.py /var/task/
WORKDIR /var/task
ENV LAMBDA_TASK_ROOT=/var/task
CMD ["index.handler"]
"""
#: How many builds there were so far.
Builds = Callable[[], int]


def _builds(log: Path) -> int:
    return sum(line.startswith(("build ", "bud ")) for line in log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture(params=["docker", "buildah"])
def builds(
    request: pytest.FixtureRequest, plugin: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Builds:
    """A plugin that an engine builds: a program that stands in for docker, which never runs it, and buildah itself."""
    as_image(plugin)
    if request.param == "docker":
        saved = tmp_path / "saved.tar"
        assert plugin.program("image", "build", "-o", saved).exit_code == 0
        log = stand_in(tmp_path, monkeypatch, "docker", "exit 0", saved)
    else:
        log = counted_buildah(tmp_path, monkeypatch)
    manifest = plugin.root / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace('base = "scratch"', f'builder = "{request.param}"'))
    plugin.write("Dockerfile", DOCKERFILE)
    return lambda: _builds(log)


@pytest.mark.sampled(2)
def test_nothing_is_built_where_nothing_has_changed(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry, builds: Builds
) -> None:
    assert (deploy(plugin)["action"], builds()) == ("create", 1)
    assert (deploy(plugin)["action"], builds()) == ("none", 1)
    configured(plugin, memory_size=256)
    # The manifest is a file of the image's, unless .dockerignore leaves it out.
    plugin.write(".dockerignore", "*\n!index.py\n")
    again = deploy(plugin)
    assert (again["codeChanged"], builds()) == (True, 2)
    configured(plugin, ephemeral_storage=600)
    resized = deploy(plugin)
    assert (resized["action"], resized["codeChanged"], "image" in resized, builds()) == ("update", False, False, 2)
    found = shown(emulator)
    assert found
    assert found["ephemeralStorage"] == 600
    assert answer(emulator) == {"n": 1}
    plugin.write("index.py", SECOND)
    assert (deploy(plugin)["codeChanged"], builds()) == (True, 3)


@pytest.mark.sampled(2)
def test_what_was_pushed_is_not_built_again(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry, builds: Builds
) -> None:
    pushed = _push(plugin)
    assert (pushed["bytesSent"] > 0, builds()) == (True, 1)
    assert (_push(plugin), builds()) == ({**pushed, "bytesSent": 0}, 1)
    # A first deployment recognises it, and so does one of other code that was pushed before.
    made = deploy(plugin)
    assert (made["action"], made["image"], builds()) == ("create", {**pushed_image(pushed), "bytesSent": 0}, 1)
    assert answer(emulator) == {"n": 1}
    plugin.write("index.py", SECOND)
    assert (_push(plugin)["bytesSent"] > 0, builds()) == (True, 2)
    changed = deploy(plugin)
    assert (changed["version"], changed["image"]["bytesSent"], builds()) == (2, 0, 2)
    # What was not built is stored for a rollback all the same.
    images = emulator.platform.images.registry
    assert images
    images.clear()
    done = plugin.program("rollback", "--yes", "--json")
    assert (done.exit_code, done.document["image"]["digest"]) == (0, pushed["digest"]), done.err
    assert builds() == 2
    images.clear()
    assert (_push(plugin)["bytesSent"] > 0, builds()) == (True, 3)


def test_what_an_engine_has_installed_is_in_the_bill_of_materials(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = counted_buildah(tmp_path, monkeypatch)
    as_image(plugin)
    plugin.write("lib/helper-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: helper\nVersion: 1.5\n")
    plugin.write("Dockerfile", f"{DOCKERFILE}COPY lib /opt/python/\n")
    made = deploy(plugin, "--builder", "buildah")
    bill = json.loads((plugin.root / "dist" / "demo.cdx.json").read_text())
    assert [(item["name"], item["version"]) for item in bill["components"]] == [("helper", "1.5")]
    assert made["contentHash"] in str(bill["metadata"])
    # The file changes nothing of what the image is built from.
    assert (deploy(plugin, "--builder", "buildah")["action"], _builds(log)) == ("none", 1)
    written = plugin.root / "made"
    assert plugin.program("image", "build", "--builder", "buildah", "-o", written).exit_code == 0
    assert (deploy(plugin, "--builder", "buildah")["action"], _builds(log)) == ("none", 2)


@pytest.mark.sampled(2)
def test_a_tag_that_is_that_of_another_image_is_not_taken_for_it(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry, builds: Builds
) -> None:
    tag = _push(plugin)["tag"]
    images = emulator.platform.images.registry
    assert images
    images.clear()
    emulator.push_image({"var/task/index.py": SECOND.encode()}, tag, Cmd=["index.handler"])
    made = deploy(plugin)
    assert (made["image"]["tag"].startswith(f"{tag}-"), builds()) == (True, 2)


def pushed_image(pushed: dict[str, Any]) -> dict[str, Any]:
    return {name: pushed[name] for name in ("repository", "tag", "digest")}


def _push(plugin: Repository) -> dict[str, Any]:
    done = plugin.program("image", "push", "--json")
    assert done.exit_code == 0, done.err
    document: dict[str, Any] = done.document
    return document


def test_a_builder_that_does_not_exist_is_refused(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    as_image(plugin)
    for command in (("deploy", "--yes"), ("image", "push")):
        refused = plugin.program(*command, "--builder", "kaniko")
        assert (refused.exit_code, "no builder 'kaniko'" in refused.err) == (2, True), refused.err
