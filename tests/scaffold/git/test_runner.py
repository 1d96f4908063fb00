from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import GitFailed, commit_all, git, initialise


def refusal(folder: Path, *arguments: str) -> GitFailed:
    with pytest.raises(GitFailed) as refused:
        git(folder, *arguments)
    return refused.value


def test_the_reason_is_what_tells_most(tmp_path: Path) -> None:
    initialise(tmp_path)

    failed = refusal(tmp_path, "rev-parse", "HEAD")

    # Git goes on with how to write it.
    assert failed.reason.startswith("ambiguous argument 'HEAD': unknown revision")
    assert str(failed) == f"git rev-parse failed in {tmp_path}: {failed.reason}"
    assert failed.remedy == ""


def test_a_reason_in_two_lines(tmp_path: Path) -> None:
    initialise(tmp_path)
    (tmp_path / "a.txt").write_text("1")
    first = commit_all(tmp_path, "First")
    (tmp_path / "a.txt").write_text("2")
    commit_all(tmp_path, "Second")
    (tmp_path / "a.txt").write_text("3")

    reason = refusal(tmp_path, "checkout", first).reason

    assert reason.startswith("Your local changes to the following files would be overwritten by checkout: ")
    assert reason.endswith("a.txt")


def test_the_remedy_is_the_command_that_git_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    initialise(tmp_path)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    failed = refusal(tmp_path, "ls-files")

    assert failed.reason == f"detected dubious ownership in repository at '{tmp_path}'"
    assert failed.remedy == f"git config --global --add safe.directory {tmp_path}"
    assert str(failed).endswith(f": run {failed.remedy}")


def test_git_that_says_nothing(tmp_path: Path) -> None:
    assert refusal(tmp_path, "config", "--get", "no.such-key").reason == "no reason given"
