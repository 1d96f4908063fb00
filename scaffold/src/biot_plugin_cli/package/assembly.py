"""The assembly of a package: its dependencies, source files and bytecode in one archive, and what describes it."""

from __future__ import annotations

import glob
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipInfo

from biot_plugin_cli.archive.cache_folder import cache_folder, scratch_folder
from biot_plugin_cli.archive.content_hash import Digest, content_hash
from biot_plugin_cli.archive.file_locks import hold
from biot_plugin_cli.archive.part_sizes import measure
from biot_plugin_cli.archive.size_limits import check_limits
from biot_plugin_cli.archive.zip_file import Entry, append_entries
from biot_plugin_cli.dependencies.archive_builder import Dependencies, Progress, build_dependencies
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.wheel_selection import require_wheels
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.compilation import compile_sources, no_bytecode_note
from biot_plugin_cli.package.handler_module import check_handler
from biot_plugin_cli.package.inputs import Inputs
from biot_plugin_cli.package.name_conflicts import check_names
from biot_plugin_cli.package.remembered import remember
from biot_plugin_cli.package.sbom import bill_of_materials, wheel_hashes
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.processes.meanwhile import Meanwhile
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.terminal.signals import uninterrupted

__all__ = ["assemble"]


def assemble(plugin: Plugin, inputs: Inputs, output: Path, progress: Progress) -> Package:
    """Assemble a package and its bill of materials, and write both.

    Args:
        plugin: The plugin.
        inputs: What it is made of.
        output: The zip file.
        progress: Receives a short description of each step.

    Raises:
        InvalidPlugin: It cannot run on Lambda, is too large, or its lock file is invalid.
        PluginImportError: A source file is not valid Python of the runtime's version.
        OperationFailed: It cannot be built on this machine.
    """
    target, python, entries = plugin.target, inputs.python, inputs.entries
    project = Project.of(plugin.root, plugin.file.document)
    check_handler(entries, plugin.manifest.handler)
    locked, note = locked_distributions(project, target)
    require_wheels(locked, target)
    notes = tuple(filter(None, (note, None if python else no_bytecode_note(target))))
    cache = cache_folder(plugin.root, "bytecode") / "sources"
    with (
        scratch_folder(plugin.root) as scratch,
        Meanwhile(lambda: compile_sources(entries, python, target, cache) if python else []) as bytecode,
    ):
        dependencies = build_dependencies(project, locked, target, python, progress, scratch)
        check_names(entries, dependencies.owners)
        progress("Adding the source files")
        listed = append_entries(dependencies.archive, [*entries, *bytecode.result()])
        archive = dependencies.archive.read_bytes()
        package = _describe(listed, archive, output, entries, dependencies)._replace(notes=notes, tree=inputs.tree)
        bill = _bill(plugin, package, project, dependencies, locked)
        # Two builds must not write the zip file of one and the bill of materials of the other.
        with hold(cache_folder(plugin.root, "scratch").with_suffix(".lock")), uninterrupted():
            _write(package.path, archive)
            _write(package.sbom, bill)
    remember(plugin, inputs, package, locked)
    return package


def _describe(
    listed: Iterable[ZipInfo], archive: bytes, output: Path, entries: Iterable[Entry], dependencies: Dependencies
) -> Package:
    """Describe the package that will be written to `output`, and check its size."""
    versions = {component.name: component.version for component in dependencies.components}
    parts = measure(listed, dependencies.owners, versions)
    unpacked = sum(part.unpacked for part in parts)
    check_limits(len(archive), unpacked, parts)
    return Package(
        path=output,
        sha256=hashlib.sha256(archive).hexdigest(),
        content_hash=content_hash([*dependencies.files, *map(Digest.of, entries)]),
        size=len(archive),
        unpacked_size=unpacked,
        files=sum(part.files for part in parts),
        sbom=output.with_suffix(".cdx.json"),
        parts=parts,
    )


def _bill(
    plugin: Plugin,
    package: Package,
    project: Project,
    dependencies: Dependencies,
    locked: Iterable[LockedDistribution],
) -> bytes:
    document = bill_of_materials(
        plugin.manifest,
        package.content_hash,
        dependencies.components,
        project.direct,
        wheel_hashes(locked),
        commit=package.tree.record,
    )
    return (json.dumps(document, indent=2) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Write a file; what builds that were killed left next to it is deleted, since only one writes at a time."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*"):
        if leftover.suffix[1:].isdecimal():
            leftover.unlink(missing_ok=True)
    write_atomically(path, content)
