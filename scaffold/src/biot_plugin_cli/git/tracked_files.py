"""Which files of a plugin git knows: those that it tracks, or would with the next `git add`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import GitFailed, git, require_git

__all__ = ["git_files"]

# Where a repository is named, it is one that cannot be found any more.
_NO_REPOSITORY = "not a git repository (or any"


def git_files(root: Path) -> list[str] | None:
    """List the files that git knows in a folder.

    Args:
        root: The folder.

    Returns:
        Their paths below it, with slashes, also of those that are gone; None where there is no repository, or one that
        ignores the folder, so that git has nothing to do with it.

    Raises:
        OperationFailed: There is a repository, and git is lacking or refuses to read it: guessing would be unsafe.
    """
    try:
        require_git()
        return list(_with_inner(root)) or None
    except OperationFailed as error:
        nowhere = isinstance(error, GitFailed) and _NO_REPOSITORY in error.reason
        if nowhere or not any((folder / ".git").exists() for folder in _searched_by_git(root)):
            return None
        if isinstance(error, GitFailed) and not error.remedy:
            raise OperationFailed(f"{error}: see to it that git status works there") from error
        raise


def _searched_by_git(root: Path) -> Iterator[Path]:
    """Yield the folders in which git looks for a repository: up to where whoever runs this has drawn a line."""
    ceilings = {Path(one) for one in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if one}
    for folder in (root, *root.parents):
        if folder in ceilings:
            return
        yield folder


def _with_inner(folder: Path) -> Iterator[str]:
    for name in _known(folder):
        path = folder / name
        if path.is_dir() and not path.is_symlink():  # a repository within the repository
            yield from (f"{name.rstrip('/')}/{inner}" for inner in _with_inner(path))
        else:
            yield name


def _known(folder: Path) -> list[str]:
    listed = git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    return [name for name in listed.split("\0") if name]
