"""The files of a plugin that git tracks, or would track with the next `git add`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import isolated_for
from biot_plugin_cli.git.runner import GitFailed, git, require_git, run_git

__all__ = ["git_files", "ignored_files", "ignoring_rule", "sparse_files"]

# Git's message names a repository instead when `.git` points to one that does not exist any more.
_NO_REPOSITORY = "not a git repository (or any"


def git_files(root: Path, *, untracked: bool = True) -> list[str] | None:
    """List the files in a folder that git tracks or would track.

    Args:
        root: The folder.
        untracked: Whether to include the files that git would track.

    Returns:
        Paths relative to the folder, with slashes, including tracked files that are deleted and submodules that are not
        checked out; None when there is no
        repository, or one that ignores the folder.

    Raises:
        OperationFailed: There is a repository, but git is not installed or refuses to read it. Listing all files
            instead could include ignored secrets.
    """
    try:
        require_git()
        return list(_list_recursively(root, untracked, isolated_for(root))) or None
    except OperationFailed as error:
        no_repository = isinstance(error, GitFailed) and _NO_REPOSITORY in error.reason
        if no_repository or not any((folder / ".git").exists() for folder in _discovery_folders(root)):
            return None
        if isinstance(error, GitFailed) and not error.remedy:
            raise OperationFailed(f"{error}: make git status work there first") from error
        raise


def sparse_files(root: Path) -> list[str]:
    """List the files in a folder that git tracks, and was told to leave out of the work tree.

    Args:
        root: The folder.

    Returns:
        Paths relative to the folder; none when there is no repository that git can read.
    """
    try:
        require_git()
        listed = git(root, "ls-files", "-z", "-t", "--cached").split("\0")
    except OperationFailed:
        return []
    return [line.removeprefix("S ") for line in listed if line.startswith("S ")]


def _discovery_folders(root: Path) -> Iterator[Path]:
    """Yield the folders in which git looks for a repository, up to `GIT_CEILING_DIRECTORIES`."""
    ceilings = {Path(path) for path in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if path}
    for folder in (root, *root.parents):
        if folder in ceilings:
            return
        yield folder


def _list_recursively(folder: Path, untracked: bool, environment: Mapping[str, str]) -> Iterator[str]:
    for name in _list_files(folder, untracked, environment):
        path = folder / name
        # pathlib's methods raise without permission.
        if not os.path.isdir(path) or os.path.islink(path):  # noqa: PTH112, PTH114
            yield name
        elif _is_repository(path):
            yield from (f"{name.rstrip('/')}/{inner}" for inner in _list_recursively(path, untracked, environment))
        elif _is_submodule(folder, name):
            yield name


def _is_repository(folder: Path) -> bool:
    """Whether a folder is a repository of its own; git would list the files of the outer one otherwise."""
    return (folder / ".git").exists() and Path(git(folder, "rev-parse", "--show-toplevel")).samefile(folder)


def _is_submodule(folder: Path, name: str) -> bool:
    """Whether a folder stands for a commit of another repository, and not for a file that was deleted."""
    return git(folder, "ls-files", "--stage", "--", name.rstrip("/")).startswith("160000 ")


def _list_files(folder: Path, untracked: bool, environment: Mapping[str, str]) -> list[str]:
    others = ("--others", "--exclude-standard") if untracked else ()
    options = ("-z", "--cached", *others, "--deduplicate")
    return [name for name in git(folder, "ls-files", *options, environment=environment).split("\0") if name]


def ignoring_rule(root: Path, name: str) -> str | None:
    """Find the rule by which git ignores a file.

    Args:
        root: A folder in a repository.
        name: The file's path, relative to the folder.

    Returns:
        The rule with its file and line, such as `.gitignore:3: *.gen.py`; None if git does not ignore the file, or
        cannot say.
    """
    # This command takes paths, and refuses to be told that they are no patterns.
    environment = {key: value for key, value in isolated_for(root).items() if key != "GIT_LITERAL_PATHSPECS"}
    try:
        output = git(root, "check-ignore", "--verbose", "--", name, environment=environment)
    except OperationFailed:
        return None
    source, _, _ = output.partition("\t")
    file, line, pattern = source.split(":", 2)
    return f"{file}:{line}: {pattern}"


def ignored_files(root: Path) -> dict[str, str]:
    """List what git ignores in a folder, and the rule for each.

    Args:
        root: The folder.

    Returns:
        The rules by path, with slashes; a folder of which all is ignored has one entry, with a slash at its end. Empty
        when there is no repository that git can read.
    """
    options = ("-z", "--others", "--ignored", "--exclude-standard", "--directory")
    environment = {key: value for key, value in isolated_for(root).items() if key != "GIT_LITERAL_PATHSPECS"}
    try:
        require_git()
        listed = git(root, "ls-files", *options, environment=environment).encode(errors="surrogateescape")
        _, output = run_git(
            root, "check-ignore", "--verbose", "-z", "--stdin", stdin=listed, environment=environment, allowed=range(2)
        )
    except OperationFailed:
        return {}
    fields = output.decode(errors="surrogateescape").split("\0")
    return {name: f"{file}:{line}: {pattern}" for file, line, pattern, name in zip(*[iter(fields)] * 4, strict=False)}
