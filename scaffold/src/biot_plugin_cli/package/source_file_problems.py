"""Problems with a single source file that keep it out of a package."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.archive import size_limits
from biot_plugin_cli.archive.entry_paths import locate
from biot_plugin_cli.archive.regular_files import describe_kind
from biot_plugin_cli.archive.shared_libraries import is_library, library_mismatch
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.terminal.byte_sizes import format_size

__all__ = [
    "SourceFileProblem",
    "find_library_problem",
    "find_name_problem",
    "find_pointer_problem",
    "find_size_problem",
    "sparse_problem",
]

_MAX_FOLDERS = 100
_MAX_SHOWN = 60
_MAX_LISTED = 5
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_LINK_ADVICE = "replace it with a copy, or remove it"


class SourceFileProblem(NamedTuple):
    """A problem with one of the plugin's source files.

    Attributes:
        code: The code of the finding, for machines.
        name: The path of the file in the plugin's folder, printable.
        message: What is wrong.
        advice: What to do.
    """

    code: str
    name: str
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.message}: {self.advice}"


def find_name_problem(root: Path, name: str) -> SourceFileProblem | None:
    """Find a problem with a file's name, its kind, or the symbolic link that it is, without opening it.

    Args:
        root: The plugin's folder.
        name: The path of the file in it.

    Raises:
        OperationFailed: The folder of the file cannot be read.
    """
    if not name.isprintable() or "\\" in name:
        return SourceFileProblem("file-name-invalid", repr(name), f"{name!r} is not a valid name in a zip", "rename it")
    if name.count("/") > _MAX_FOLDERS:
        message = f"{name[:_MAX_SHOWN]}… is in more than {_MAX_FOLDERS} nested folders"
        return SourceFileProblem("file-name-invalid", name, message, "move it up")
    file = locate(root, name)
    try:
        mode = file.lstat().st_mode
    except OSError as error:
        raise OperationFailed(f"Cannot read {file} ({error.strerror}): make it readable, or remove it") from error
    return _find_link_problem(root, name) if stat.S_ISLNK(mode) else _find_kind_problem(name, mode)


def _find_link_problem(root: Path, name: str) -> SourceFileProblem | None:
    file = locate(root, name)
    # The target is not in the repository, so it differs between machines, and may be private.
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(root)):
        message = f"The symbolic link {name} leads out of the plugin's folder"
        return SourceFileProblem("link-outside", name, message, _LINK_ADVICE)
    if not os.path.isfile(file):  # noqa: PTH113 - pathlib's raises without permission
        return SourceFileProblem("link-broken", name, f"The symbolic link {name} does not lead to a file", _LINK_ADVICE)
    return None


def _find_kind_problem(name: str, mode: int) -> SourceFileProblem | None:
    kind = describe_kind(mode)
    if kind is None:
        return None
    if stat.S_ISDIR(mode):
        message = f"The submodule {name} is not checked out"
        return SourceFileProblem("submodule-missing", name, message, f"run git submodule update --init {name}")
    return SourceFileProblem("file-kind-invalid", name, f"{name} is {kind}, which cannot be packaged", "remove it")


def find_pointer_problem(entry: Entry) -> SourceFileProblem | None:
    """Find out whether a file only stands for one that Git LFS has not downloaded."""
    if not entry.content.startswith(_LFS_POINTER):
        return None
    message = f"The content of {entry.name} was not downloaded by Git LFS"
    return SourceFileProblem("file-missing", entry.name, message, "run git lfs pull")


def sparse_problem(name: str) -> SourceFileProblem:
    """Describe a file that git tracks and a sparse checkout leaves out."""
    message = f"{name} is tracked by git, but a sparse checkout leaves it out"
    return SourceFileProblem("file-missing", name, message, "run git sparse-checkout disable")


def find_library_problem(entry: Entry, target: Target) -> SourceFileProblem | None:
    """Find out whether a file is a shared library that does not run on the target."""
    if not is_library(entry.name) or not (mismatch := library_mismatch(entry.name, entry.content, target)):
        return None
    message = f"{entry.name} is for {mismatch}, but the plugin runs on {target}"
    return SourceFileProblem("library-foreign", entry.name, message, "rebuild it for that, or remove it")


def find_size_problem(sizes: Mapping[str, int]) -> SourceFileProblem | None:
    """Find out whether files are together larger than Lambda allows.

    Args:
        sizes: The size of each file in bytes, by name.
    """
    total = sum(sizes.values())
    if total <= size_limits.MAX_UNPACKED_BYTES:
        return None
    largest = sorted(sizes, key=lambda name: -sizes[name])[:_MAX_LISTED]
    listed = ", ".join(f"{name} {format_size(sizes[name])}" for name in largest)
    message = (
        f"The package has {format_size(total)} unpacked, and Lambda allows "
        f"{format_size(size_limits.MAX_UNPACKED_BYTES)}"
    )
    parts = f"your source files {format_size(total)}, among them {listed}"
    return SourceFileProblem("package-refused", largest[0], message, f"remove some of its largest parts ({parts})")
