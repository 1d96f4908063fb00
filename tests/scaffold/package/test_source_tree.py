"""What git says of the folder that a package is made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from biot_plugin_cli.git.environment import settings_read_once
from biot_plugin_cli.git.runner import git, initialise
from biot_plugin_cli.git.tracked_files import files_listed_once
from biot_plugin_cli.package.source_files import load_source_files
from biot_plugin_cli.package.source_tree import UNKNOWN_TREE, SourceTree, parse_commit
from biot_plugin_cli.plugin.package_target import Target
from tests.scaffold.packages import THIS
from tests.scaffold.support import started_programs

Commit = Callable[[Path, str], str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a plugin's files, not committed."""
    folder = tmp_path / "plugin"
    folder.mkdir()
    initialise(folder)
    for name in ("index.py", "README.md", "pyproject.toml"):
        (folder / name).write_text("")
    (folder / ".gitignore").write_text("ignored.py\n")
    return folder


def test_a_clean_folder_is_its_commit(root: Path, commit: Commit) -> None:
    head = commit(root, "x")
    (root / "ignored.py").write_text("")
    # It is not packaged, so that it does not matter.
    (root / "notes.md").write_text("")
    tree = SourceTree.of(root)
    assert (tree, tree.is_clean, tree.record) == (SourceTree(head), True, head)
    assert parse_commit(head) == (head, True)


def test_git_is_asked_nothing_twice_about_a_clean_folder(
    root: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(root, "x")
    started = started_programs(monkeypatch)
    with settings_read_once(), files_listed_once():
        SourceTree.of(root)
        load_source_files(root, Target(THIS))
    assert [line.split()[3] for line in started] == ["config", "ls-files", "rev-parse", "status"]


def test_line_ends_that_git_converts_are_left_to_it(
    root: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ".gitattributes").write_text("*.py text eol=crlf\n")
    head = commit(root, "x")
    (root / "index.py").write_bytes(b"x\r\n")
    git(root, "add", "index.py")
    assert SourceTree.of(root).changed == ("index.py",)
    head = commit(root, "y")
    started = started_programs(monkeypatch)
    assert SourceTree.of(root) == SourceTree(head)
    assert [line.split()[3] for line in started].count("hash-object") == 1


def _hidden(root: Path, option: str) -> None:
    """Change a file of which git was told that it does not change."""
    git(root, "update-index", option, "index.py")
    (root / "index.py").write_text("x")


@pytest.mark.parametrize(
    ("change", "changed", "untracked"),
    [
        (lambda root: (root / "index.py").write_text("x"), ("index.py",), ()),
        (lambda root: (root / "README.md").write_text("x"), ("README.md",), ()),
        (lambda root: (root / "index.py").unlink(), ("index.py",), ()),
        (lambda root: git(root, "rm", "--quiet", "index.py"), ("index.py",), ()),
        (lambda root: git(root, "rm", "--quiet", "--cached", "index.py"), (), ("index.py",)),
        (lambda root: (root / "new.py").write_text("x"), (), ("new.py",)),
        (lambda root: (root / "index.py").chmod(0o755), ("index.py",), ()),
        (lambda root: _hidden(root, "--assume-unchanged"), ("index.py",), ()),
        (lambda root: _hidden(root, "--skip-worktree"), ("index.py",), ()),
    ],
    ids=["edited", "text", "deleted", "removed", "untracked", "new", "mode", "assumed", "skipped"],
)
def test_what_differs_is_named(
    root: Path,
    commit: Commit,
    change: Callable[[Path], object],
    changed: tuple[str, ...],
    untracked: tuple[str, ...],
) -> None:
    head = commit(root, "x")
    change(root)
    tree = SourceTree.of(root)
    assert (tree.commit, tree.changed, tree.untracked, tree.is_clean) == (head, changed, untracked, False)
    assert tree.record == f"{head}+changes"
    assert parse_commit(tree.record or "") == (head, False)


def test_what_is_staged_is_not_committed(root: Path, commit: Commit) -> None:
    commit(root, "x")
    (root / "new.py").write_text("x")
    git(root, "add", "new.py")
    assert SourceTree.of(root).changed == ("new.py",)


def test_before_the_first_commit_everything_is_untracked_or_without_a_commit(root: Path) -> None:
    assert SourceTree.of(root) == SourceTree(None, (), ("index.py",))
    git(root, "add", "--all")
    assert SourceTree.of(root) == UNKNOWN_TREE


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text("")
    assert SourceTree.of(tmp_path) == UNKNOWN_TREE


def test_a_subfolder_is_looked_at_with_the_lock_of_its_workspace(tmp_path: Path, commit: Commit) -> None:
    initialise(tmp_path)
    root = tmp_path / "plugin"
    root.mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["plugin"]\n')
    (tmp_path / "uv.lock").write_text("")
    for name in ("index.py", "pyproject.toml"):
        (root / name).write_text("")
    head = commit(tmp_path, "x")
    (tmp_path / "elsewhere.py").write_text("")
    assert SourceTree.of(root) == SourceTree(head)
    (tmp_path / "uv.lock").write_text("changed")
    assert SourceTree.of(root).changed == (str(tmp_path / "uv.lock"),)


def test_of_a_repository_that_git_cannot_read_nothing_is_known(root: Path, commit: Commit) -> None:
    commit(root, "x")
    (root / ".git" / "HEAD").write_text("damaged")
    assert SourceTree.of(root) == UNKNOWN_TREE
