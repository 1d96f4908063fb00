"""The build of a plugin's package: one zip file of its source files and dependencies that runs on Lambda.

    pyproject.toml + lock file -> wheels -> dependencies + source files -> zip -> sizes, hashes, bill of materials

The same input makes the same bytes, in any folder and on any day. The dependencies come first in the archive, since
they are compressed once and cached; the source files follow. Both are sorted by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.archive.bytecode import require_runtime
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.compilation import find_compiler
from biot_plugin_cli.package.inputs import Inputs
from biot_plugin_cli.package.remembered import recall
from biot_plugin_cli.plugin.repository import Plugin

if TYPE_CHECKING:
    from biot_plugin_cli.dependencies.archive_builder import Progress

__all__ = ["build_package"]


def build_package(plugin: Plugin, output: Path | None = None, *, progress: Progress = lambda _: None) -> Package:
    """Build a plugin's package and its bill of materials; neither is written again where it would be the same.

    Args:
        plugin: The plugin; no bytecode is added if this machine has no interpreter of its runtime.
        output: The zip file; `dist/NAME.zip` in the plugin's repository when None.
        progress: Receives a short description of each step.

    Raises:
        InvalidPlugin: It cannot run on Lambda, is too large, or its lock file is invalid.
        PluginImportError: A source file is not valid Python of the runtime's version.
        OperationFailed: It cannot be built on this machine.
    """
    manifest, python = plugin.manifest, find_compiler(plugin)
    output = (output or plugin.root / "dist" / f"{manifest.name}.zip").absolute()
    if output.is_dir():
        raise OperationFailed(f"{output} is a folder: pass the path of a zip file")
    if python:
        require_runtime(python, manifest.runtime)
    inputs = Inputs.read(plugin, python)
    if package := recall(plugin, inputs, output):
        return package

    from biot_plugin_cli.package.assembly import assemble

    return assemble(plugin, inputs, output, progress)
