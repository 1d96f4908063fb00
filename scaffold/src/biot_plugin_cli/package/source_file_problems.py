"""Problems with a single source file that keep it out of a package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.archive.shared_libraries import is_library, library_mismatch
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["SourceFileProblem", "find_library_problem", "find_name_problem"]

_LINK_ADVICE = "replace it with a copy, or remove it"


@dataclass(frozen=True, slots=True)
class SourceFileProblem:
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
    """Find a problem with a file's name or with the symbolic link that it is, without reading it.

    Args:
        root: The plugin's folder.
        name: The path of the file in it.
    """
    if not name.isprintable():
        return SourceFileProblem("file-name-invalid", repr(name), f"{name!r} is not a valid name in a zip", "rename it")
    file = root / name
    if not file.is_symlink():
        return None
    # The target is not in the repository, so it differs between machines, and may be private.
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(root)):
        message = f"The symbolic link {name} leads out of the plugin's folder"
        return SourceFileProblem("link-outside", name, message, _LINK_ADVICE)
    if not os.path.isfile(file):  # noqa: PTH113 - pathlib's raises without permission
        return SourceFileProblem("link-broken", name, f"The symbolic link {name} does not lead to a file", _LINK_ADVICE)
    return None


def find_library_problem(entry: Entry, target: Target) -> SourceFileProblem | None:
    """Find out whether a file is a shared library that does not run on the target."""
    if not is_library(entry.name) or not (mismatch := library_mismatch(entry.name, entry.content, target)):
        return None
    message = f"{entry.name} is for {mismatch}, but the plugin runs on {target}"
    return SourceFileProblem("library-foreign", entry.name, message, "rebuild it for that, or remove it")
