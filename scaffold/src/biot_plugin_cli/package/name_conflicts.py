"""Conflicts between the names of the plugin's source files and those of its dependencies, which share one folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["check_names"]


def check_names(entries: Iterable[Entry], owners: Mapping[str, str]) -> None:
    """Check that no source file replaces or shadows a file of a dependency.

    Args:
        entries: The plugin's source files.
        owners: The name of the distribution that each file of the dependencies belongs to.

    Raises:
        InvalidPlugin: Two files have the same path, or are the same module, or one is a folder of the other.
    """
    folders = {folder: owner for name, owner in owners.items() for folder in _folders(name)}
    dependency_files = {_top_module(name): name for name in sorted(owners, reverse=True)}
    for name in sorted({entry.name for entry in entries}):
        path = PurePosixPath(name)
        if owner := folders.get(name) or next(filter(None, (owners.get(str(folder)) for folder in path.parents)), None):
            raise InvalidPlugin(
                f"{name} cannot be a file and a folder of the dependency {owner} at once: rename your file"
            )
        is_top_module = path.suffix == ".py" and (len(path.parts) == 1 or path.parts[1:] == ("__init__.py",))
        shadowed = name if name in owners else dependency_files.get(_top_module(name)) if is_top_module else None
        if shadowed:
            raise InvalidPlugin(
                f"{name} has the same module name {_top_module(name)!r} as the dependency {owners[shadowed]}: "
                "rename your file"
            )


def _folders(name: str) -> Iterator[str]:
    # There are thousands of files, each of which would take ten times as long by pathlib.
    while folder := name.rpartition("/")[0]:
        yield folder
        name = folder


def _top_module(name: str) -> str:
    top = name.partition("/")[0]
    return top if top.endswith(".dist-info") else top.partition(".")[0]
