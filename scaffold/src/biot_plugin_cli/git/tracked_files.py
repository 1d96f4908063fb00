"""The files of a plugin that git tracks, or would track with the next `git add`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import GitFailed, git, require_git

__all__ = ["git_files", "ignoring_rule"]

# Git's message names a repository instead when `.git` points to one that does not exist any more.
_NO_REPOSITORY = "not a git repository (or any"


def git_files(root: Path, *, untracked: bool = True) -> list[str] | None:
    """List the files in a folder that git tracks or would track.

    Args:
        root: The folder.
        untracked: Whether to include the files that git would track.

    Returns:
        Paths relative to the folder, with slashes, including tracked files that are deleted; None when there is no
        repository, or one that ignores the folder.

    Raises:
        OperationFailed: There is a repository, but git is not installed or refuses to read it. Listing all files
            instead could include ignored secrets.
    """
    try:
        require_git()
        return list(_list_recursively(root, untracked)) or None
    except OperationFailed as error:
        no_repository = isinstance(error, GitFailed) and _NO_REPOSITORY in error.reason
        if no_repository or not any((folder / ".git").exists() for folder in _discovery_folders(root)):
            return None
        if isinstance(error, GitFailed) and not error.remedy:
            raise OperationFailed(f"{error}: make git status work there first") from error
        raise


def _discovery_folders(root: Path) -> Iterator[Path]:
    """Yield the folders in which git looks for a repository, up to `GIT_CEILING_DIRECTORIES`."""
    ceilings = {Path(path) for path in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if path}
    for folder in (root, *root.parents):
        if folder in ceilings:
            return
        yield folder


def _list_recursively(folder: Path, untracked: bool) -> Iterator[str]:
    for name in _list_files(folder, untracked):
        path = folder / name
        if path.is_dir() and not path.is_symlink():  # a repository within the repository
            yield from (f"{name.rstrip('/')}/{inner}" for inner in _list_recursively(path, untracked))
        else:
            yield name


def _list_files(folder: Path, untracked: bool) -> list[str]:
    others = ("--others", "--exclude-standard") if untracked else ()
    output = git(folder, "ls-files", "-z", "--cached", *others, "--deduplicate")
    return [name for name in output.split("\0") if name]


def ignoring_rule(root: Path, name: str) -> str | None:
    """Find the rule by which git ignores a file.

    Args:
        root: A folder in a repository.
        name: The file's path, relative to the folder.

    Returns:
        The rule with its file and line, such as `.gitignore:3: *.gen.py`; None if git does not ignore the file, or
        cannot say.
    """
    try:
        output = git(root, "check-ignore", "--verbose", "--", name)
    except OperationFailed:
        return None
    source, _, _ = output.partition("\t")
    file, line, pattern = source.split(":", 2)
    return f"{file}:{line}: {pattern}"
