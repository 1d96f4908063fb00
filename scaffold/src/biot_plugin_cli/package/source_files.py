"""The plugin's source files that are packaged.

They are the files that git tracks or would track, except for those that a rule of `exclusions` leaves out. What git
does not track, and everything in a plugin without a repository, is also left out if it is named as tools and editors
name the files that they create for themselves.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from biot_plugin_cli.archive.entry_paths import locate, name_of
from biot_plugin_cli.archive.regular_files import read_file
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.git.tracked_files import git_files, sparse_files
from biot_plugin_cli.package.exclusions import BYTECODE_FOLDER, exclusion, without_evidence, without_image_layouts
from biot_plugin_cli.package.source_file_problems import (
    SourceFileProblem,
    find_library_problem,
    find_name_problem,
    find_pointer_problem,
    find_size_problem,
    sparse_problem,
)
from biot_plugin_cli.plugin.ignored_files import is_plugin_file
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["list_all_files", "list_source_files", "load_source_files", "read_source_files"]


def list_source_files(root: Path) -> list[str]:
    """List the plugin's source files, including those that cannot be packaged.

    Args:
        root: The plugin's repository.

    Returns:
        Paths relative to the repository, with slashes, sorted.

    Raises:
        OperationFailed: Git cannot read the repository.
    """
    listed = git_files(root)
    included = {name for name in _existing(root, listed) if exclusion(name) is None}
    packaged = without_evidence(without_image_layouts(included))
    of_tools = {name for name in packaged if not is_plugin_file(Path(name))}
    if of_tools and listed is not None:
        # Whoever adds such a file to the repository means it.
        of_tools -= set(git_files(root, untracked=False) or ())
    return sorted(packaged - of_tools)


def list_all_files(root: Path) -> list[str]:
    """List what the source files are selected from; the result and the errors are those of `list_source_files`."""
    return sorted({*_existing(root, git_files(root))})


def read_source_files(root: Path, target: Target | None) -> tuple[list[Entry], list[SourceFileProblem]]:
    """Read the plugin's source files.

    Args:
        root: The plugin's repository.
        target: The runtime to check shared libraries for; None when it is unknown.

    Returns:
        The files that can be packaged, and the problems with the others.

    Raises:
        OperationFailed: A file cannot be read, or git cannot read the repository.
    """
    entries: list[Entry] = []
    problems = [
        sparse_problem(name) for name in sparse_files(root) if exclusion(name) is None and not _exists(root, name)
    ]
    names, sizes = [], {}
    for name in list_source_files(root):
        if problem := find_name_problem(root, name):
            problems.append(problem)
        else:
            names.append(name)
            sizes[name] = _size(locate(root, name))
    # Reading them first could take hours.
    if problem := find_size_problem(sizes):
        return [], [*problems, problem]
    for name in names:
        entry = Entry(name, *read_file(locate(root, name)))
        if problem := find_pointer_problem(entry) or (find_library_problem(entry, target) if target else None):
            problems.append(problem)
        else:
            entries.append(entry)
    return entries, problems


def load_source_files(root: Path, target: Target) -> list[Entry]:
    """Read the plugin's source files, and require that all of them can be packaged.

    Raises:
        OperationFailed: A file cannot be read, or git cannot read the repository.
        InvalidPlugin: A file cannot be packaged.
    """
    entries, problems = read_source_files(root, target)
    if problems:
        raise InvalidPlugin(str(problems[0]))
    return entries


def _existing(root: Path, listed: Iterable[str] | None) -> Iterable[str]:
    """Return what is there of the files that git lists; without a repository, everything."""
    return _walk(root) if listed is None else (name for name in listed if _exists(root, name))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise _read_error(file, error) from error


def _exists(root: Path, name: str) -> bool:
    """Whether a tracked file was not deleted; one in a folder that cannot be read was not."""
    try:
        locate(root, name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _read_error(locate(root, name), error) from error
    return True


def _walk(root: Path) -> Iterator[str]:
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            children = sorted(os.scandir(folder), key=lambda child: child.name)
        except OSError as error:
            raise _read_error(folder, error) from error
        for child in children:
            name = name_of(root, Path(child.path))
            if not child.is_dir(follow_symlinks=False):
                yield name
            elif not child.name.startswith(".") and child.name != BYTECODE_FOLDER:
                pending.append(Path(child.path))


def _read_error(file: Path, error: OSError) -> OperationFailed:
    return OperationFailed(f"Cannot read {file} ({error.strerror}): make it readable, or remove it")
