"""Repositories of plugins with commits, and clones of them on machines that have nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import commit_all, git, initialise
from tests.scaffold.packages import Repository

__all__ = ["cloned", "committed"]

IGNORED = "dist/\n.cache/\n.venv\n"


def committed(plugin: Repository, message: str = "change", **files: str) -> str:
    """Write files, commit all of a plugin's folder, and return the commit's id."""
    if not (plugin.root / ".git").exists():
        initialise(plugin.root)
        plugin.write(".gitignore", IGNORED)
    for name, text in files.items():
        plugin.write(f"{name}.py", text)
    return commit_all(plugin.root, message)


def cloned(plugin: Repository, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Clone a plugin's repository to a machine with an empty home, and go there."""
    folder.mkdir()
    home, clone = folder / "home", folder / "clone"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    git(folder, "clone", "--quiet", str(plugin.root), str(clone))
    monkeypatch.chdir(clone)
    return replace(plugin, root=clone)
