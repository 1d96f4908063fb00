"""The question whether a lock is up to date, put to uv before it matters: one process, which never outlives it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.dependencies.errors import StaleLock
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.question import lock_checked_meanwhile
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.uv import program
from biot_plugin_cli.uv.workspace import load_pyproject
from tests.scaffold.packages import THIS, UV, Repository
from tests.scaffold.support import started_programs

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_candidates", lambda root: iter((root / "none", UV)))


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[str]]]:
    """The processes that are started."""
    started: list[subprocess.Popen[str]] = []
    start = subprocess.Popen.__init__

    def note(process: Any, *arguments: Any, **options: Any) -> None:
        start(process, *arguments, **options)
        started.append(process)

    monkeypatch.setattr(subprocess.Popen, "__init__", note)
    yield started
    assert all(process.returncode is not None for process in started)


def _check(repository: Repository) -> None:
    locked_distributions(Project.of(repository.root, load_pyproject(repository.root)), Target(THIS))


def test_a_lock_that_is_up_to_date_takes_one_process(plugin: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    started = started_programs(monkeypatch)
    _check(plugin)
    assert [line.split()[:3] for line in started] == [["uv", "lock", "--check"]]


def test_it_is_asked_before_it_matters_and_not_again(plugin: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    started = started_programs(monkeypatch)
    with lock_checked_meanwhile(plugin.root, THIS):
        assert [line.split()[:3] for line in started] == [["uv", "lock", "--check"]]
        _check(plugin)
        assert len(started) == 1
        _check(plugin)
    assert len(started) == 2


def test_what_is_out_of_date_is_found_as_ever(plugin: Repository) -> None:
    manifest = plugin.root / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("dependencies = []", 'dependencies = ["nowhere"]'))
    with (
        lock_checked_meanwhile(plugin.root, THIS),
        pytest.raises(StaleLock, match=r"out of date .*nowhere.*: run uv lock"),
    ):
        _check(plugin)


def test_the_process_ends_with_what_fails_meanwhile(plugin: Repository, processes: list[subprocess.Popen[str]]) -> None:
    with pytest.raises(KeyboardInterrupt), lock_checked_meanwhile(plugin.root, THIS):
        assert len(processes) == 1
        raise KeyboardInterrupt


@pytest.mark.parametrize("lacking", ["lock", "uv", "pyproject", "program"])
def test_where_it_cannot_be_asked_that_is_said_later(
    plugin: Repository, processes: list[subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    if lacking == "lock":
        (plugin.root / "uv.lock").unlink()
    elif lacking == "uv":
        monkeypatch.setattr(program, "_candidates", lambda root: iter((root / "none",)))
    elif lacking == "program":
        (plugin.root / "uv").write_text("")
        monkeypatch.setattr(program, "_candidates", lambda root: iter((root / "uv",)))
    else:
        (plugin.root.parent / "pyproject.toml").write_text("[")
    with lock_checked_meanwhile(plugin.root, THIS):
        assert processes == []


def test_a_uv_that_does_not_run_is_not_asked(
    plugin: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "uv"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(program, "_candidates", lambda root: iter((broken, UV)))
    started = started_programs(monkeypatch)
    with lock_checked_meanwhile(plugin.root, THIS):
        _check(plugin)
    assert started[-1].split()[:3] == ["uv", "lock", "--check"]
