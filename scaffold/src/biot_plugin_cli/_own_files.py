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

from biot_plugin_cli._elf import is_library, library_refusal
from biot_plugin_cli._errors import InvalidPlugin, OperationFailed
from biot_plugin_cli._git import git, require_git
from biot_plugin_cli._target import Target
from biot_plugin_cli._watch import is_own
from biot_plugin_cli._zip import Entry

__all__ = ["own_entries", "own_files"]

# A package of the author's may have these names, deeper down.
_FOLDERS_AT_TOP = frozenset(["tests", "events", "docs", "dist", "build"])
_FILES_AT_TOP = (
    *("pyproject.toml", "*.lock", "pylock.toml", "pylock.*.toml", "requirements*.txt", "setup.py", "setup.cfg"),
    *("Makefile", "Dockerfile", "bitbucket-pipelines.yml", "tox.ini", "noxfile.py", "conftest.py"),
    *("README*", "CHANGELOG*", "CONTRIBUTING*", "LICENSE*", "*.md", "*.whl", "*.zip", "*.cdx.json"),
)
_NO_REPOSITORY = "not a git repository"
_FILES = frozenset(["scripts/find-python.sh"])


def own_files(root: Path) -> list[str]:
    """List the plugin's own files.

    Args:
        root: The plugin's repository.

    Returns:
        Their paths below it, with slashes, sorted.

    Raises:
        OperationFailed: Git cannot tell.
        InvalidPlugin: A symbolic link leads to a folder, or nowhere.
    """
    listed = _known_to_git(root) if _has_git(root) else _in_folder(root)
    names = sorted({name for name in listed if _belongs(PurePosixPath(name))})
    for name in names:
        if not name.isprintable():
            raise InvalidPlugin(f"{name!r} in {root} has a name that zips cannot have: rename it")
        if (root / name).is_symlink() and not (root / name).is_file():
            raise InvalidPlugin(
                f"{root / name} is a symbolic link that leads to no file: put a copy there, or remove it"
            )
    return names


def own_entries(root: Path, target: Target) -> list[Entry]:
    """Read the plugin's own files.

    Raises:
        OperationFailed: One cannot be read.
        InvalidPlugin: A library among them does not run on the target.
    """
    entries = []
    for name in own_files(root):
        try:
            content, mode = (root / name).read_bytes(), (root / name).stat().st_mode
        except OSError as error:
            raise OperationFailed(f"{root / name} cannot be read ({error.strerror})") from error
        if is_library(name) and (refusal := library_refusal(name, content, target)):
            raise InvalidPlugin(
                f"{name} is for {refusal}, and the plugin runs on {target}: remove it, or build it anew"
            )
        entries.append(Entry(name, content, bool(mode & 0o100)))
    return entries


def _belongs(path: PurePosixPath) -> bool:
    top = path.parts[0]
    if any(part.startswith(".") for part in path.parts) or not is_own(Path(path)) or str(path) in _FILES:
        return False
    return top not in _FOLDERS_AT_TOP if len(path.parts) > 1 else not any(fnmatch(top, one) for one in _FILES_AT_TOP)


def _has_git(root: Path) -> bool:
    """Whether a git repository knows the plugin; where one is there that git cannot read, guessing would be unsafe."""
    try:
        require_git()
        # A folder that its repository ignores has nothing to do with it.
        return bool(_known(root))
    except OperationFailed as error:
        if not any((folder / ".git").exists() for folder in _searched_by_git(root)) or _NO_REPOSITORY in str(error):
            return False
        raise


def _searched_by_git(root: Path) -> Iterator[Path]:
    """Yield the folders in which git looks for a repository: up to where whoever runs this has drawn a line."""
    ceilings = {Path(one) for one in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if one}
    for folder in (root, *root.parents):
        if folder in ceilings:
            return
        yield folder


def _known_to_git(folder: Path) -> Iterator[str]:
    for name in _known(folder):
        path = folder / name
        if path.is_dir() and not path.is_symlink():  # a repository within the repository
            yield from (f"{name.rstrip('/')}/{inner}" for inner in _known_to_git(path))
        elif path.exists() or path.is_symlink():
            yield name


def _known(folder: Path) -> list[str]:
    listed = git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    return [name for name in listed.split("\0") if name]


def _in_folder(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        yield from ((here / name).as_posix() for name in (*files, *links))
