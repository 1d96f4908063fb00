from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.git.environment import isolated, isolated_for, settings_read_once
from biot_plugin_cli.git.runner import commit_all, git, initialise
from biot_plugin_cli.git.tracked_files import git_files
from tests.scaffold.upgrades import configure


@pytest.fixture
def user_settings() -> Path:
    return Path(os.environ["GIT_CONFIG_GLOBAL"])


def _value(folder: Path, key: str, environment: dict[str, str]) -> str:
    return git(folder, "config", "--default=none", "--get", key, environment=environment)


@pytest.mark.parametrize("key", ["core.autocrlf", "core.eol", "user.email", "filter.lfs.clean", "init.defaultBranch"])
def test_what_says_how_an_author_stores_files_and_who_commits_is_retained(
    tmp_path: Path, user_settings: Path, key: str
) -> None:
    configure(user_settings, {key: "mine"})

    assert _value(tmp_path, key, isolated_for(tmp_path)) == "mine"
    assert _value(tmp_path, key, isolated()) != "mine"


@pytest.mark.parametrize("key", ["merge.tool", "alias.add", "diff.external", "url.x.insteadOf", "core.hooksPath"])
def test_nothing_else_of_the_user_is(tmp_path: Path, user_settings: Path, key: str) -> None:
    configure(user_settings, {key: "mine"})

    assert _value(tmp_path, key, isolated_for(tmp_path)) != "mine"


def test_a_repository_takes_precedence_over_the_user(tmp_path: Path, user_settings: Path) -> None:
    initialise(tmp_path)
    configure(user_settings, {"core.autocrlf": "true", "core.eol": "crlf"})
    configure(tmp_path / ".git" / "config", {"core.autocrlf": "false"})

    assert _value(tmp_path, "core.autocrlf", isolated_for(tmp_path)) == "false"
    assert _value(tmp_path, "core.eol", isolated_for(tmp_path)) == "crlf"


def test_settings_of_an_included_file_count(tmp_path: Path, user_settings: Path) -> None:
    (tmp_path / "work").mkdir()
    initialise(tmp_path / "work")
    (tmp_path / "included").write_text("[user]\nname = Grace\n\temail = grace@work.example\n")
    configure(user_settings, {f"includeIf.gitdir:{tmp_path}/work/.path": str(tmp_path / "included")})
    (tmp_path / "work" / "a.txt").write_text("a")

    commit_all(tmp_path / "work", "Begin")

    assert git(tmp_path / "work", "log", "--format=%an %ae") == "Grace grace@work.example"


def test_a_setting_without_a_value_is_true(tmp_path: Path, user_settings: Path) -> None:
    user_settings.write_text("[core]\n\tautocrlf\n")

    assert _value(tmp_path, "core.autocrlf", isolated_for(tmp_path)) == "true"


def test_only_the_user_says_what_is_trusted(tmp_path: Path, user_settings: Path) -> None:
    initialise(tmp_path)
    configure(tmp_path / ".git" / "config", {"safe.directory": "/theirs"})
    configure(user_settings, {"safe.directory": "/mine"})

    environment = isolated_for(tmp_path)

    assert "/mine" in environment.values()
    assert "/theirs" not in environment.values()


def test_an_identity_in_variables_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    initialise(tmp_path)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Grace")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "grace@example.com")
        monkeypatch.setenv(f"GIT_{role}_DATE", "2001-01-01T00:00:00Z")
    (tmp_path / "a.txt").write_text("a")

    commit_all(tmp_path, "Begin")

    described = git(tmp_path, "log", "--format=%an %ce %as")
    assert described.startswith("Grace grace@example.com 2")
    assert "2001" not in described


def test_what_the_user_ignores_everywhere_is_no_file_of_the_plugin(tmp_path: Path, user_settings: Path) -> None:
    (tmp_path / "plugin").mkdir()
    initialise(tmp_path / "plugin")
    (tmp_path / "ignored").write_text("*.swp\n")
    configure(user_settings, {"core.excludesFile": str(tmp_path / "ignored"), "status.showUntrackedFiles": "no"})
    for name in ("a.py", ".a.py.swp"):
        (tmp_path / "plugin" / name).touch()

    assert git_files(tmp_path / "plugin") == ["a.py"]


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_GLOB_PATHSPECS", "GIT_TRACE"])
def test_no_variable_of_a_surrounding_command_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")

    assert name not in isolated()
    assert name not in isolated_for(tmp_path)


def test_within_a_build_settings_are_read_once_for_each_folder(
    tmp_path: Path, user_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    configure(user_settings, {"core.eol": "crlf"})
    folders: list[str] = []
    run = subprocess.run

    def noticed(words: list[str], **options: Any) -> object:
        folders.append(words[2])
        return run(words, **options)

    monkeypatch.setattr(subprocess, "run", noticed)

    with settings_read_once():
        environments = [isolated_for(folder) for folder in (tmp_path, tmp_path / "other", tmp_path)]
        assert folders == [str(tmp_path), str(tmp_path / "other")]
    assert environments[0] == environments[2]

    configure(user_settings, {"core.eol": "lf"})
    assert isolated_for(tmp_path) != environments[0]
    folders.clear()
    with settings_read_once():
        isolated_for(tmp_path)
        with settings_read_once():
            isolated_for(tmp_path)
        isolated_for(tmp_path)
    assert folders == [str(tmp_path)]
