"""What can be wrong with one of the plugin's own files, so that a package cannot have it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.archive.shared_libraries import is_library, library_refusal
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["OwnFileMistake", "library_mistake", "name_mistake"]

_COPY = "put a copy there, or remove it"


@dataclass(frozen=True, slots=True)
class OwnFileMistake:
    """One thing that is wrong with one of the plugin's own files.

    Attributes:
        code: What it is, for machines.
        name: The file, below the plugin's folder, as it can be shown.
        message: What is wrong.
        advice: What to do.
    """

    code: str
    name: str
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.message}: {self.advice}"


def name_mistake(root: Path, name: str) -> OwnFileMistake | None:
    """Find what is wrong with a file before it is read.

    Args:
        root: The plugin's folder.
        name: The file's path below it.
    """
    if not name.isprintable():
        return OwnFileMistake("file-name-invalid", repr(name), f"{name!r} is a name that zips cannot have", "rename it")
    file = root / name
    if not file.is_symlink():
        return None
    # What is outside goes with no repository: it would be another file on each machine, and may be nobody's business.
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(root)):
        said = f"{name} is a symbolic link that leads out of the plugin's folder"
        return OwnFileMistake("link-outside", name, said, _COPY)
    if not os.path.isfile(file):  # noqa: PTH113 - pathlib's raises where it may not look
        return OwnFileMistake("link-broken", name, f"{name} is a symbolic link that leads to no file", _COPY)
    return None


def library_mistake(entry: Entry, target: Target) -> OwnFileMistake | None:
    """Find whether a file is a library that does not run on the target."""
    if not is_library(entry.name) or not (refusal := library_refusal(entry.name, entry.content, target)):
        return None
    said = f"{entry.name} is for {refusal}, and the plugin runs on {target}"
    return OwnFileMistake("library-foreign", entry.name, said, "remove it, or build it anew")
