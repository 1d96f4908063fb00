"""The plugin's own files that belong into its package.

They are the files that git tracks or would track; where there is no repository, all that tools and editors did not
make for themselves. Left out is what a running plugin does not need: everything hidden; the folders `tests`, `events`,
`docs`, `dist` and `build` at the top; and the files there that are about the repository, such as `pyproject.toml` and
`Makefile`. So a change of the configuration is not a change of the code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.git.tracked_files import git_files
from biot_plugin_cli.package.source_file_problems import OwnFileMistake, library_mistake, name_mistake
from biot_plugin_cli.plugin.ignored_files import is_plugin_file
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["own_entries", "own_names", "read_own_files"]

# A package of the author's may have these names, deeper down.
_FOLDERS_AT_TOP = frozenset(["tests", "events", "docs", "dist", "build"])
_FILES_AT_TOP = (
    *("pyproject.toml", "*.lock", "pylock.toml", "pylock.*.toml", "requirements*.txt", "setup.py", "setup.cfg"),
    *("Makefile", "Dockerfile", "bitbucket-pipelines.yml", "tox.ini", "noxfile.py", "conftest.py"),
    *("README*", "CHANGELOG*", "CONTRIBUTING*", "LICENSE*", "*.md", "*.whl", "*.zip", "*.cdx.json"),
)
_FILES = frozenset(["scripts/find-python.sh"])


def own_names(root: Path) -> list[str]:
    """List the plugin's own files, whatever is wrong with them.

    Args:
        root: The plugin's repository.

    Returns:
        Their paths below it, with slashes, sorted.

    Raises:
        OperationFailed: Git cannot tell.
    """
    known = git_files(root)
    listed = _in_folder(root) if known is None else (name for name in known if os.path.lexists(root / name))
    return sorted({name for name in listed if _belongs(PurePosixPath(name))})


def read_own_files(root: Path, target: Target | None) -> tuple[list[Entry], list[OwnFileMistake]]:
    """Read the plugin's own files.

    Args:
        root: The plugin's repository.
        target: Where the libraries among them are to run; None where nobody knows.

    Returns:
        Those that a package can have, and what is wrong with the others.

    Raises:
        OperationFailed: One cannot be read, or git cannot tell.
    """
    entries, mistakes = [], []
    for name in own_names(root):
        if mistake := name_mistake(root, name):
            mistakes.append(mistake)
            continue
        entry = _read(root, name)
        if target and (mistake := library_mistake(entry, target)):
            mistakes.append(mistake)
        else:
            entries.append(entry)
    return entries, mistakes


def own_entries(root: Path, target: Target) -> list[Entry]:
    """Read the plugin's own files for its package.

    Raises:
        OperationFailed: One cannot be read, or git cannot tell.
        InvalidPlugin: A package cannot have one of them.
    """
    entries, mistakes = read_own_files(root, target)
    if mistakes:
        raise InvalidPlugin(str(mistakes[0]))
    return entries


def _read(root: Path, name: str) -> Entry:
    file = root / name
    try:
        return Entry(name, file.read_bytes(), bool(file.stat().st_mode & 0o100))
    except OSError as error:
        raise OperationFailed(f"{file} cannot be read ({error.strerror}): make it readable, or remove it") from error


def _belongs(path: PurePosixPath) -> bool:
    top = path.parts[0]
    if any(part.startswith(".") for part in path.parts) or not is_plugin_file(Path(path)) or str(path) in _FILES:
        return False
    return top not in _FOLDERS_AT_TOP if len(path.parts) > 1 else not any(fnmatch(top, one) for one in _FILES_AT_TOP)


def _in_folder(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        yield from ((here / name).as_posix() for name in (*files, *links))
