"""Commits in work trees of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.commits import SCRATCH_PREFIX, checked_out, has_commit, resolve_commit
from biot_plugin_cli.git.runner import git, initialise
from biot_plugin_cli.terminal.scratch import scratch_folder

Commit = Callable[[Path, str], str]


@pytest.fixture
def repository(tmp_path: Path, commit: Commit) -> Path:
    """A repository with two commits, of which the second has another content in a subfolder."""
    root = tmp_path / "repository"
    (root / "plugin").mkdir(parents=True)
    initialise(root)
    for content in ("one", "two"):
        (root / "plugin" / "file").write_text(content)
        commit(root, content)
    return root


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    with scratch_folder(tmp_path, SCRATCH_PREFIX) as folder:
        yield folder


def work_trees(root: Path) -> int:
    return git(root, "worktree", "list", "--porcelain").count("worktree ")


def test_a_commit_is_checked_out_beside_the_work_tree_and_removed(repository: Path, scratch: Path) -> None:
    (repository / "plugin" / "file").write_text("not committed")
    first = resolve_commit(repository, "HEAD~1")
    with checked_out(repository / "plugin", first, scratch / "commit") as folder:
        assert (folder.name, (folder / "file").read_text(), work_trees(repository)) == ("plugin", "one", 2)
        (folder / "made-meanwhile").write_text("x")
    assert (work_trees(repository), [*scratch.iterdir()]) == (1, [])
    assert (repository / "plugin" / "file").read_text() == "not committed"


@pytest.mark.parametrize("end", [KeyboardInterrupt, OperationFailed])
def test_it_is_removed_however_that_ends(repository: Path, scratch: Path, end: type[BaseException]) -> None:
    first = resolve_commit(repository, "HEAD~1")
    with pytest.raises(end), checked_out(repository, first, scratch / "commit"):
        raise end
    assert (work_trees(repository), [*scratch.iterdir()]) == (1, [])


def test_what_a_killed_process_left_is_forgotten_and_nothing_of_the_authors(
    repository: Path, tmp_path: Path, scratch: Path
) -> None:
    head = resolve_commit(repository, "HEAD")
    killed = tmp_path / f"{SCRATCH_PREFIX}abc.scratch" / "commit"
    own = tmp_path / "own"
    for folder in (killed, own):
        git(repository, "worktree", "add", "--quiet", "--detach", str(folder), head)
        folder.rename(tmp_path / f"away-{folder.name}")
    with checked_out(repository, head, scratch / "commit"):
        assert work_trees(repository) == 3
    assert work_trees(repository) == 2


def test_hooks_do_not_run_and_nothing_is_left_out(repository: Path, scratch: Path, tmp_path: Path) -> None:
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git(repository, "sparse-checkout", "set", "--no-cone", "/nothing")
    with checked_out(repository, resolve_commit(repository, "HEAD"), scratch / "commit") as folder:
        assert (folder / "plugin" / "file").read_text() == "two"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("revision", ["", "nothing", "--all", "HEAD:plugin", "HEAD~9", "-h", "a" * 40, "\n"])
def test_what_is_no_commit_is_refused_in_one_sentence(repository: Path, revision: str) -> None:
    with pytest.raises(OperationFailed, match="is no commit of the repository"):
        resolve_commit(repository, revision)


def test_a_tag_and_a_branch_are_commits(repository: Path) -> None:
    head = resolve_commit(repository, "HEAD")
    git(repository, "-c", "user.name=x", "-c", "user.email=x@y", "tag", "--annotate", "v1", "--message", "x")
    assert {resolve_commit(repository, name) for name in ("v1", head[:8], "HEAD^{}")} == {head}
    assert (has_commit(repository, head[:16]), has_commit(repository, "0" * 40)) == (True, False)


def test_without_a_repository_there_are_no_commits(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="is in no git repository that can be read"):
        resolve_commit(tmp_path, "HEAD")
    assert not has_commit(tmp_path, "HEAD")


def test_a_commit_without_the_folder_is_refused(repository: Path, scratch: Path, commit: Commit) -> None:
    git(repository, "rm", "-r", "--quiet", "plugin")
    (repository / "other").write_text("x")
    without = commit(repository, "without")
    git(repository, "checkout", "--quiet", "HEAD~1")
    with (
        pytest.raises(OperationFailed, match="has no folder plugin: choose another one"),
        checked_out(repository / "plugin", without, scratch / "commit"),
    ):
        pass
    assert work_trees(repository) == 1
