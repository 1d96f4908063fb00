"""What a package is made of, besides its dependencies: the plugin's source files, and what compiles them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.git.environment import settings_read_once
from biot_plugin_cli.git.tracked_files import files_listed_once
from biot_plugin_cli.package.source_files import load_source_files
from biot_plugin_cli.package.source_tree import SourceTree
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Inputs"]


class Inputs(NamedTuple):
    """What a package is made of.

    Attributes:
        tree: What git says of the folder.
        entries: The source files.
        python: An interpreter of the runtime's version; None if this machine has none.
    """

    tree: SourceTree
    entries: list[Entry]
    python: Path | None

    @classmethod
    def read(cls, plugin: Plugin, python: Path | None) -> Inputs:
        """Read a plugin's source files.

        Args:
            plugin: The plugin.
            python: The interpreter.

        Raises:
            OperationFailed: A file cannot be read, or git cannot read the repository.
            InvalidPlugin: A file cannot be packaged.
        """
        with settings_read_once(), files_listed_once():
            return cls(SourceTree.of(plugin.root), load_source_files(plugin.root, plugin.target), python)
