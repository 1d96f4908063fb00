"""The bytecode of the plugin's source files, by an interpreter of its runtime if this machine has one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from biot_plugin_cli.archive.bytecode import SyntaxProblem, compile_entries
from biot_plugin_cli.archive.bytecode_cache import compile_changed
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import OperationFailed, PluginImportError
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["compile_sources", "find_compiler", "no_bytecode_note"]


def find_compiler(plugin: Plugin) -> Path | None:
    """Find an interpreter of the plugin's runtime, which compiles it; None if this machine has none."""
    try:
        return plugin.python
    except OperationFailed:
        return find_interpreter(plugin.manifest.runtime)


def compile_sources(entries: Iterable[Entry], python: Path, target: Target, cache: Path | None = None) -> list[Entry]:
    """Compile the plugin's source files.

    Args:
        entries: The source files.
        python: An interpreter of the runtime's version.
        target: The runtime.
        cache: The file that has the bytecode from before; None to compile all of them.

    Returns:
        The bytecode files.

    Raises:
        PluginImportError: A file is not valid Python of the runtime's version.
        OperationFailed: The interpreter does not run.
    """
    try:
        return compile_changed(python, entries, cache) if cache else compile_entries(python, entries)
    except SyntaxProblem as problem:
        raise PluginImportError(f"The plugin is not valid for {target.runtime}: {problem}") from problem


def no_bytecode_note(target: Target) -> str:
    """Say that a package has no bytecode."""
    return (
        f"No {target.runtime} on this machine, so the package has no bytecode and is compiled on every cold start: "
        "install it, or build the package on a machine that has it"
    )
