"""The hooks of code that was built before, read by importing it, and nothing of the plugin's folder."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.hooks.discovery import Hooks, discover_hooks
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.scratch import temporary_folder

__all__ = ["hooks_of_archive"]


def hooks_of_archive(plugin: Plugin, older: Plugin, content: bytes) -> Hooks:
    """Discover the hooks of a package.

    Args:
        plugin: The plugin in its repository, whose interpreter is used if it has the right version.
        older: The plugin as the package was made of it.
        content: The zip file.

    Raises:
        PluginImportError: It cannot be imported.
        OperationFailed: There is no interpreter, or the archive cannot be extracted.
    """
    from biot_emulator import EmulatorError
    from biot_emulator.runtime.code_folders import CodeFolders

    with temporary_folder("biot-plugin-") as folder:
        try:
            root = CodeFolders(Path(folder).resolve()).extract(content)
        except EmulatorError as error:
            raise OperationFailed(f"The package cannot be extracted: {error}") from error
        # The interpreter is the one beside the manifest.
        file = plugin.file if plugin.manifest.runtime == older.manifest.runtime else older.file
        return discover_hooks(older._replace(root=root, file=file))
