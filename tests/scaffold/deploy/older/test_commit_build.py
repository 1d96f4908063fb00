"""Commits, built with what they have locked and nothing of the folder that is there now."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from biot_plugin_cli.deploy.older.commit_build import building_commit
from biot_plugin_cli.errors import CliError, UsageError
from biot_plugin_cli.git.runner import git
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.clones import committed
from tests.scaffold.deployments import FIRST, SECOND
from tests.scaffold.packages import UV, Repository, make_wheel, run

pytestmark = pytest.mark.slow

LIBRARY = """
[project]
name = "helper"
version = "1"
requires-python = ">=3.10"
[build-system]
requires = ["uv_build>=0.1,<100"]
build-backend = "uv_build"
"""


def contents(plugin: Repository, revision: str, *names: str) -> list[str]:
    """The content of files in the package of a commit."""
    with building_commit(Plugin.load(plugin.root), revision) as build:
        assert isinstance(build.built, Package)
        with zipfile.ZipFile(build.built.path) as archive:
            return [archive.read(name).decode() for name in names]


def work_trees(plugin: Repository) -> int:
    return git(plugin.root, "worktree", "list").count("\n") + 1


def test_what_is_built_is_the_commit_and_its_lock(plugin: Repository) -> None:
    make_wheel(plugin.wheels, "helper", {"helper.py": "VALUE = 1\n"})
    plugin.needs("helper==1.0")
    first = committed(plugin, index=FIRST)
    make_wheel(plugin.wheels, "helper", {"helper.py": "VALUE = 2\n"}, version="2.0")
    plugin.needs("helper==2.0")
    committed(plugin, index=SECOND)
    plugin.write("index.py", "not committed\n")
    plugin.write("more.py", "not committed\n")
    assert contents(plugin, first, "index.py", "helper.py") == [FIRST, "VALUE = 1\n"]
    assert contents(plugin, "HEAD", "index.py", "helper.py") == [SECOND, "VALUE = 2\n"]
    assert (plugin.root / "index.py").read_text() == "not committed\n"
    assert not (plugin.root / "dist").exists()
    assert work_trees(plugin) == 1


def test_a_library_of_the_repository_is_that_of_the_commit(plugin: Repository) -> None:
    source = "lib/src/helper/__init__.py"
    plugin.write("lib/pyproject.toml", LIBRARY)
    plugin.write(source, "VALUE = 1\n")
    plugin.needs("helper", uv='[tool.uv.sources]\n            helper = {path = "lib"}')
    first = committed(plugin, index=FIRST)
    plugin.write(source, "VALUE = 2\n")
    committed(plugin)
    run(UV, "sync", "--quiet", "--python", sys.executable, cwd=plugin.root)
    assert contents(plugin, first, "helper/__init__.py") == ["VALUE = 1\n"]
    assert contents(plugin, "HEAD", "helper/__init__.py") == ["VALUE = 2\n"]


def test_an_interruption_leaves_nothing(plugin: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed(plugin)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = {*tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt), building_commit(Plugin.load(plugin.root), "HEAD") as build:
        assert work_trees(plugin) == 2
        assert build.built.content_hash == build.content_hash
        raise KeyboardInterrupt
    assert (work_trees(plugin), {*tmp_path.iterdir()}) == (1, before)


def test_what_cannot_be_built_is_said_of_the_commit(plugin: Repository) -> None:
    plugin.write("index.py", "def handler(:\n")
    broken = committed(plugin)
    with (
        pytest.raises(CliError, match=rf"The commit {broken[:12]} cannot be built: .*index\.py"),
        building_commit(Plugin.load(plugin.root), broken),
    ):
        pass
    with (
        pytest.raises(UsageError, match="--builder is for container images"),
        building_commit(Plugin.load(plugin.root), broken, "docker"),
    ):
        pass
    assert work_trees(plugin) == 1
