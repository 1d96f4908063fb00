"""The build of a plugin's package: one zip file of its source files and dependencies that runs on Lambda.

    pyproject.toml + lock file -> wheels -> dependencies + source files -> zip -> sizes, hashes, bill of materials

The same input makes the same bytes, in any folder and on any day. The dependencies come first in the archive, since
they are compressed once and cached; the source files follow. Both are sorted by name.
"""

from __future__ import annotations

import glob
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from biot_plugin_cli.archive.bytecode import require_runtime
from biot_plugin_cli.archive.cache_folder import cache_folder, scratch_folder
from biot_plugin_cli.archive.content_hash import Digest, content_hash
from biot_plugin_cli.archive.file_locks import hold
from biot_plugin_cli.archive.part_sizes import Part, measure
from biot_plugin_cli.archive.size_limits import check_limits
from biot_plugin_cli.archive.zip_file import Entry, append_entries
from biot_plugin_cli.dependencies.archive_builder import Dependencies, Progress, build_dependencies
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.wheel_selection import require_wheels
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import settings_read_once
from biot_plugin_cli.git.tracked_files import files_listed_once
from biot_plugin_cli.package.compilation import compile_sources, find_compiler, no_bytecode_note
from biot_plugin_cli.package.handler_module import check_handler
from biot_plugin_cli.package.name_conflicts import check_names
from biot_plugin_cli.package.sbom import bill_of_materials, wheel_hashes
from biot_plugin_cli.package.source_files import load_source_files
from biot_plugin_cli.package.source_tree import UNKNOWN_TREE, SourceTree
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.terminal.signals import uninterrupted

__all__ = ["Package", "build_package"]


@dataclass(frozen=True, slots=True)
class Package:
    """A package on this machine.

    Attributes:
        path: The zip file.
        sha256: The SHA-256 of the zip file, in hexadecimal.
        content_hash: The content hash; another one means another version of the plugin.
        size: Size of the zip file in bytes.
        unpacked_size: Size of its content in bytes.
        files: Number of files in it.
        sbom: The file of the bill of materials, next to it.
        parts: The size of each part, largest first.
        notes: Notes for the user.
        tree: What git says of the folder that it was made of.
    """

    path: Path
    sha256: str
    content_hash: str
    size: int
    unpacked_size: int
    files: int
    sbom: Path
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    tree: SourceTree = UNKNOWN_TREE


def build_package(plugin: Plugin, output: Path | None = None, *, progress: Progress = lambda _: None) -> Package:
    """Build a plugin's package and its bill of materials.

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
    target, project = plugin.target, Project.of(plugin.root, plugin.file.document)
    with settings_read_once(), files_listed_once():
        tree = SourceTree.of(plugin.root)
        entries = load_source_files(plugin.root, target)
    check_handler(entries, manifest.handler)
    cache = cache_folder(plugin.root, "bytecode") / "sources"
    locked, note = locked_distributions(project, target)
    require_wheels(locked, target)
    with scratch_folder(plugin.root) as scratch:
        dependencies = build_dependencies(project, locked, target, python, progress, scratch)
        check_names(entries, dependencies.owners)
        progress("Adding the source files")
        archive = dependencies.archive
        append_entries(archive, [*entries, *(compile_sources(entries, python, target, cache) if python else ())])
        package = _describe(archive, output, entries, dependencies)
        sbom = bill_of_materials(
            manifest,
            package.content_hash,
            dependencies.components,
            project.direct,
            wheel_hashes(locked),
            commit=tree.record,
        )
        # Two builds must not write the zip file of one and the bill of materials of the other.
        with hold(cache_folder(plugin.root, "scratch").with_suffix(".lock")), uninterrupted():
            _write(package.path, archive.read_bytes())
            _write(package.sbom, (json.dumps(sbom, indent=2) + "\n").encode())
    notes = (note, None if python else no_bytecode_note(target))
    return replace(package, notes=tuple(filter(None, notes)), tree=tree)


def _describe(archive: Path, output: Path, entries: Iterable[Entry], dependencies: Dependencies) -> Package:
    """Describe the package that will be written to `output`, and check its size."""
    versions = {component.name: component.version for component in dependencies.components}
    parts = measure(archive, dependencies.owners, versions)
    size, unpacked = archive.stat().st_size, sum(part.unpacked for part in parts)
    check_limits(size, unpacked, parts)
    return Package(
        path=output,
        sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
        content_hash=content_hash([*dependencies.files, *map(Digest.of, entries)]),
        size=size,
        unpacked_size=unpacked,
        files=sum(part.files for part in parts),
        sbom=output.with_suffix(".cdx.json"),
        parts=parts,
    )


def _write(path: Path, content: bytes) -> None:
    """Write a file; what builds that were killed left next to it is deleted, since only one writes at a time."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*"):
        if leftover.suffix[1:].isdecimal():
            leftover.unlink(missing_ok=True)
    write_atomically(path, content)
