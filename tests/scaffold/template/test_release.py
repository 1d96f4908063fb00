from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import git
from biot_plugin_cli.template import versions
from biot_plugin_cli.template.release import is_released, release
from biot_plugin_cli.template.versions import open_template


def _files(repository: Path, version: str) -> set[str]:
    return set(git(repository, "ls-tree", "-r", "--name-only", "-z", version).split("\0")) - {""}


def test_a_release_is_a_version(folder: Path) -> None:
    assert release(folder) == "1"
    with open_template(folder) as template:
        assert template.versions == ("1",)
        assert _files(template.repository, "1") == {"copier.yml", "template/a b.txt"}
        assert subprocess.check_output(["git", "-C", template.repository, "show", "1:template/a b.txt"]) == (
            b"one\r\n\xff no newline"
        )


def test_nothing_new_is_not_released(folder: Path) -> None:
    release(folder)
    history = (folder / "history.fi").read_bytes()

    assert release(folder) is None
    assert (folder / "history.fi").read_bytes() == history


def test_releases_only_append_what_changed(folder: Path) -> None:
    release(folder)
    first = (folder / "history.fi").read_bytes()
    (folder / "plugin" / "template" / "a b.txt").unlink()
    (folder / "plugin" / "template" / "new.txt").write_text("new\n", encoding="utf-8")

    assert release(folder) == "2"

    both = (folder / "history.fi").read_bytes()
    assert both.startswith(first)
    assert b"copier.yml" not in both[len(first) :]
    with open_template(folder) as template:
        assert template.versions == ("1", "2")
        assert _files(template.repository, "2") == {"copier.yml", "template/new.txt"}


@pytest.mark.slow
def test_the_maintenance_command_releases(tmp_path: Path) -> None:
    package = tmp_path / "biot_plugin_cli"
    shutil.copytree(
        Path(versions.__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__", "history.fi")
    )
    command = [sys.executable, "-m", "biot_plugin_cli.template.release"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    first = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)

    assert first.stdout == "released template version 1\n"
    assert again.stdout == "nothing to release\n"
    assert (package / "_templates" / "history.fi").read_bytes().startswith(b"commit refs/heads/main\n")


def test_a_change_is_not_released(folder: Path) -> None:
    assert not is_released(folder)
    release(folder)
    assert is_released(folder)
    (folder / "plugin" / "template" / "a b.txt").unlink()
    assert not is_released(folder)
