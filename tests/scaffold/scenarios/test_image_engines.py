"""Image plugins that a container engine builds: it is not started where nothing has changed."""

from __future__ import annotations

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


def test_what_was_pushed_is_not_built_again(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry, builds: Builds
) -> None:
    pushed = _push(plugin)
    assert (pushed["bytesSent"] > 0, builds()) == (True, 1)
    assert (_push(plugin), builds()) == ({**pushed, "bytesSent": 0}, 1)
    images = emulator.platform.images.registry
    assert images
    images.clear()
    assert (_push(plugin)["bytesSent"] > 0, builds()) == (True, 2)


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
