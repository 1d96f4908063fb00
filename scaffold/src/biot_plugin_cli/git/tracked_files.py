"""The files of a plugin that git tracks, or would track with the next `git add`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import isolated_for
from biot_plugin_cli.git.index_entry import IndexEntry
from biot_plugin_cli.git.runner import GitFailed, git, require_git, run_git

__all__ = ["files_listed_once", "git_files", "ignored_files", "ignoring_rule", "index_entries", "sparse_files"]

# Git's message names a repository instead when `.git` points to one that does not exist any more.
_NO_REPOSITORY = "not a git repository (or any"
# How the lines begin of files that are not tracked, and that are left out of the work tree.
_OTHER, _SPARSE = "? ", "S"


class _ListedFile(NamedTuple):
    """A file as git lists it.

    Attributes:
        name: Its path, relative to the folder.
        entry: What the index has of it; None if git does not track it.
        is_sparse: Whether git was told to leave it out of the work tree.
    """

    name: str
    entry: IndexEntry | None = None
    is_sparse: bool = False


_listed: ContextVar[dict[Path, list[_ListedFile] | GitFailed] | None] = ContextVar("listed", default=None)


@contextmanager
def files_listed_once() -> Iterator[None]:
    """List the files of each folder once within the context, in which none may come or go."""
    token = _listed.set({})
    try:
        yield
    finally:
        _listed.reset(token)


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
        return [file.name for file in _list_recursively(root, untracked, isolated_for(root))] or None
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
        return [file.name for file in _list(root, isolated_for(root)) if file.is_sparse]
    except OperationFailed:
        return []


def index_entries(root: Path) -> dict[str, IndexEntry]:
    """Return what git tracks in a folder, by path; of repositories inside of it, their commits alone.

    Raises:
        GitFailed: There is no repository, or git refuses to read it.
    """
    return {file.name: file.entry for file in _list(root, isolated_for(root)) if file.entry}


def _discovery_folders(root: Path) -> Iterator[Path]:
    """Yield the folders in which git looks for a repository, up to `GIT_CEILING_DIRECTORIES`."""
    ceilings = {Path(path) for path in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if path}
    for folder in (root, *root.parents):
        if folder in ceilings:
            return
        yield folder


def _list_recursively(folder: Path, untracked: bool, environment: Mapping[str, str]) -> Iterator[_ListedFile]:
    for file in _list(folder, environment):
        path = folder / file.name
        if not (untracked or file.entry):
            continue
        # pathlib's methods raise without permission.
        if not os.path.isdir(path) or os.path.islink(path):  # noqa: PTH112, PTH114
            yield file
        elif _is_repository(path):
            for inner in _list_recursively(path, untracked, environment):
                yield inner._replace(name=f"{file.name.rstrip('/')}/{inner.name}")
        elif file.entry and file.entry.is_repository:
            yield file


def _is_repository(folder: Path) -> bool:
    """Whether a folder is a repository of its own; git would list the files of the outer one otherwise."""
    return (folder / ".git").exists() and Path(git(folder, "rev-parse", "--show-toplevel")).samefile(folder)


def _list(folder: Path, environment: Mapping[str, str]) -> list[_ListedFile]:
    known = _listed.get()
    if known is None:
        return _ask(folder, environment)
    if folder not in known:
        try:
            known[folder] = _ask(folder, environment)
        except GitFailed as error:
            known[folder] = error
    if isinstance(listed := known[folder], GitFailed):
        raise listed
    return listed


def _ask(folder: Path, environment: Mapping[str, str]) -> list[_ListedFile]:
    options = ("-z", "-t", "--stage", "--cached", "--others", "--exclude-standard")
    files = dict[str, _ListedFile]()
    for line in git(folder, "ls-files", *options, environment=environment).split("\0"):
        if line:
            file = _parse(line)
            # One that is in conflict has a line for each side.
            files[file.name] = file
    return [*files.values()]


def _parse(line: str) -> _ListedFile:
    if line.startswith(_OTHER):
        return _ListedFile(line.removeprefix(_OTHER))
    description, _, name = line.partition("\t")
    tag, mode, blob, _stage = description.split()
    return _ListedFile(name, IndexEntry(mode, blob), tag == _SPARSE)


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
