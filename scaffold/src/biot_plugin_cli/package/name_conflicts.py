"""Refuses what a package's own files and its dependencies would make of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["check_handler", "check_names"]


def check_handler(entries: Iterable[Entry], handler: str) -> None:
    """Refuse an entry point that is not there.

    Args:
        entries: The plugin's own files.
        handler: Module and attribute of the entry point.

    Raises:
        InvalidPlugin: The module is not among the files.
    """
    module = handler.rpartition(".")[0].replace(".", "/")
    if not {f"{module}.py", f"{module}/__init__.py"} & {entry.name for entry in entries}:
        raise InvalidPlugin(
            f"The handler {handler} is in {module}.py, which is not among the plugin's own files: "
            "make it, or let git track it, or name another handler in pyproject.toml"
        )


def check_names(entries: Iterable[Entry], owners: Mapping[str, str]) -> None:
    """Refuse files of which one would hide another: all modules of a package are in one folder.

    Args:
        entries: The plugin's own files.
        owners: The dependencies' files, with the names of the distributions that they belong to.

    Raises:
        InvalidPlugin: Two have the same path, or are the same module.
    """
    theirs = {_module(name): name for name in sorted(owners, reverse=True)}
    mine = {entry.name for entry in entries}
    for name in sorted(mine):
        path = PurePosixPath(name)
        is_module = path.suffix == ".py" and (len(path.parts) == 1 or path.parts[1:] == ("__init__.py",))
        hidden = name if name in owners else theirs.get(_module(name)) if is_module else None
        if hidden:
            owner = owners[hidden]
            raise InvalidPlugin(f"{name} and the dependency {owner} are both {_module(name)!r}: rename yours")


def _module(name: str) -> str:
    top = PurePosixPath(name).parts[0]
    return top if top.endswith(".dist-info") else top.partition(".")[0]
