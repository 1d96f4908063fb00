"""What is in a package file by file, and what of the plugin's folder is not, with the reason for each."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from biot_plugin_cli.git.tracked_files import git_files, ignored_files
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.exclusions import BYTECODE_FOLDER, exclusion
from biot_plugin_cli.package.source_files import list_all_files, list_source_files

__all__ = ["LeftOutFile", "PackagedFile", "left_out_files", "packaged_files"]

Origin = Literal["source", "untracked", "dependency"]


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file in a package.

    Attributes:
        name: Its path in the package.
        size: Its size in bytes.
        origin: Whose it is: the plugin's own, its own without git tracking it, or a dependency's.
    """

    name: str
    size: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class LeftOutFile:
    """A file or folder of the plugin's folder that is not in the package.

    Attributes:
        name: Its path; with a slash at the end for a folder of which everything is left out.
        reason: Why, as a clause of a sentence.
    """

    name: str
    reason: str


def packaged_files(package: Package, root: Path) -> list[PackagedFile]:
    """List what is in a package, sorted by name.

    Args:
        package: The package.
        root: The plugin's folder.
    """
    own = {*list_source_files(root)}

    def origin_of(name: str) -> Origin:
        source = _source_of(name)
        if source in package.tree.untracked:
            return "untracked"
        return "source" if source in own else "dependency"

    with zipfile.ZipFile(package.path) as archive:
        files = [PackagedFile(entry.filename, entry.file_size, origin_of(entry.filename)) for entry in archive.filelist]
    return sorted(files, key=lambda file: file.name)


def left_out_files(root: Path) -> list[LeftOutFile]:
    """List what of a plugin's folder is not packaged, sorted by name.

    Args:
        root: The plugin's folder.
    """
    return sorted(_left_out(root), key=lambda file: file.name)


def _left_out(root: Path) -> Iterator[LeftOutFile]:
    tracked, packaged = git_files(root, untracked=False) or (), {*list_source_files(root)}
    for name in list_all_files(root):
        if name not in packaged:
            yield LeftOutFile(name, exclusion(name) or _reason_of_kind(name in tracked))
    for name, rule in ignored_files(root).items():
        yield LeftOutFile(name, f"git ignores it ({rule})")


def _reason_of_kind(is_tracked: bool) -> str:
    if is_tracked:
        return "it belongs to a container image that was written as a folder, or to evidence of a release"
    return "it is named like a file that tools and editors create for themselves, and git does not track it"


def _source_of(name: str) -> str:
    """Return the path of the source of a bytecode file; that of any other file is its own."""
    folder, _, file = name.rpartition("/")
    if not file.endswith(".pyc") or folder.rpartition("/")[2] != BYTECODE_FOLDER:
        return name
    above = folder.removesuffix(BYTECODE_FOLDER)
    return f"{above}{file.partition('.')[0]}.py"
