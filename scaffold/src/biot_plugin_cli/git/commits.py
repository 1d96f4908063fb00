"""Commits of an author's repository, checked out beside it without touching its work tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import isolated_for
from biot_plugin_cli.git.runner import GitFailed, git, require_git
from biot_plugin_cli.terminal.scratch import is_scratch_folder
from biot_plugin_cli.terminal.signals import uninterrupted

__all__ = ["SCRATCH_PREFIX", "checked_out", "has_commit", "resolve_commit"]

SCRATCH_PREFIX = "biot-plugin-commit-"
"""The first part of the names of the folders that have such work trees."""

_NO_REVISION = (
    "{revision!r} is no commit of the repository of {root}: run git fetch (with --unshallow in a shallow clone), or "
    "see git log"
)


def resolve_commit(root: Path, revision: str) -> str:
    """Resolve a revision, such as a commit id, a tag or a branch, to the id of a commit.

    Args:
        root: A folder in the repository.
        revision: The revision, as git writes it.

    Raises:
        OperationFailed: There is no such commit, or no repository.
    """
    require_git()
    try:
        git(root, "rev-parse", "--git-dir")
    except GitFailed as error:
        raise OperationFailed(f"{root} is in no git repository that can be read, so it has no commits") from error
    try:
        return git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except GitFailed as error:
        raise OperationFailed(_NO_REVISION.format(revision=revision, root=root)) from error


def has_commit(root: Path, commit: str) -> bool:
    """Whether a repository has a commit."""
    try:
        git(root, "cat-file", "-e", f"{commit}^{{commit}}")
    except OperationFailed:
        return False
    return True


@contextmanager
def checked_out(root: Path, commit: str, folder: Path) -> Iterator[Path]:
    """Check a commit out into a work tree of its own, which is removed at the end, however that comes.

    Line ends and filters are as in the author's own work tree; nothing is left out as a sparse checkout would.

    Args:
        root: A folder in the repository.
        commit: The id of the commit.
        folder: A new folder for the work tree, in a scratch folder with `SCRATCH_PREFIX`.

    Yields:
        What `root` is in that work tree.

    Raises:
        OperationFailed: It cannot be checked out, or did not have the folder.
    """
    environment = _without_sparse_checkout(isolated_for(root))
    prefix = git(root, "rev-parse", "--show-prefix", environment=environment)
    _forget_abandoned(root, environment)
    try:
        git(root, "worktree", "add", "--quiet", "--detach", str(folder), commit, environment=environment)
        if not (folder / prefix).is_dir():
            raise OperationFailed(f"The commit {commit[:12]} has no folder {prefix.rstrip('/')}: choose another one")
        yield folder / prefix
    finally:
        with uninterrupted(), suppress(OperationFailed):
            # Twice: also what is locked, as by a checkout that was interrupted.
            git(root, "worktree", "remove", "--force", "--force", str(folder), environment=environment)


def _without_sparse_checkout(environment: Mapping[str, str]) -> dict[str, str]:
    count = int(environment["GIT_CONFIG_COUNT"])
    return {
        **environment,
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": "core.sparseCheckout",
        f"GIT_CONFIG_VALUE_{count}": "false",
    }


def _forget_abandoned(root: Path, environment: Mapping[str, str]) -> None:
    """Remove what a repository remembers of the work trees of killed processes, whose folders are gone."""
    lines = git(root, "worktree", "list", "--porcelain", environment=environment).splitlines()
    for path in (Path(line.removeprefix("worktree ")) for line in lines if line.startswith("worktree ")):
        if is_scratch_folder(path.parent.name, SCRATCH_PREFIX) and not path.exists():
            with suppress(OperationFailed):
                git(root, "worktree", "remove", "--force", "--force", str(path), environment=environment)
