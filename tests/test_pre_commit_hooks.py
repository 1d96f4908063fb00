"""The hook that repositories of plugins can take from this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scaffold.plugins import make_plugin

CHECKOUT = Path(__file__).parents[1]
HOOKS = ".pre-commit-hooks.yaml"
PROGRAMS = Path(sys.executable).parent


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """A repository that has the hooks of this one, and nothing else."""
    folder = tmp_path / "offered"
    folder.mkdir()
    (folder / HOOKS).write_bytes((CHECKOUT / HOOKS).read_bytes())
    _commit(folder)
    return folder


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _commit(folder: Path) -> None:
    _git(folder, "init", "-q")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "all")


@pytest.mark.slow
def test_pre_commit_runs_check_once_for_the_whole_repository(offered: Path, tmp_path: Path) -> None:
    plugin = make_plugin(tmp_path / "plugin")
    _commit(plugin)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAMS / "pre-commit", "try-repo", offered, "biot-plugin-check", "--all-files", "--verbose"],
            cwd=plugin,
            env={
                **os.environ,
                "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
                "PRE_COMMIT_HOME": f"{tmp_path}/c",
            },
            capture_output=True,
            text=True,
        )

    accepted = run()
    assert (accepted.returncode, accepted.stdout.count("Passed")) == (0, 1), accepted.stdout + accepted.stderr

    (plugin / "pyproject.toml").write_text((plugin / "pyproject.toml").read_text() + "memory = 1\n")
    refused = run()
    assert refused.returncode == 1
    assert refused.stdout.count("has the unknown key 'memory'") == 1
