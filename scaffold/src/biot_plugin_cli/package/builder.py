"""A plugin's package: its own files and what they need, in one zip that runs on Lambda as it is.

    pyproject.toml + lock -> what is needed -> dependencies + own files -> zip -> sizes, hashes, bill of materials

The same input makes the same bytes, from any folder and on any day. The dependencies come first in the archive, for
they are packed once and kept; the plugin's own files follow. Both are in the order of their names.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from biot_plugin_cli.archive.bytecode import SyntaxProblem, compile_entries, require_runtime
from biot_plugin_cli.archive.cache import cache_folder
from biot_plugin_cli.archive.content_hash import Digest, content_hash
from biot_plugin_cli.archive.sizes import Part, check_limits, measure
from biot_plugin_cli.archive.zip_file import Entry, append
from biot_plugin_cli.dependencies.build import Dependencies, Progress, build_dependencies
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.locked_distribution import Locked, Wheel, require_wheels
from biot_plugin_cli.dependencies.project import Project
from biot_plugin_cli.errors import OperationFailed, PluginImportError
from biot_plugin_cli.package.conflicts import check_handler, check_names
from biot_plugin_cli.package.sbom import bill_of_materials
from biot_plugin_cli.package.source_files import own_entries
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.file_writer import write_whole

__all__ = ["Package", "build_package"]


@dataclass(frozen=True, slots=True)
class Package:
    """A package on this machine.

    Attributes:
        path: The zip.
        sha256: Of the zip's bytes, in hexadecimal.
        content_hash: Of what it runs (see `_content`): a package with another one is another version of the plugin.
        size: Bytes of the zip.
        unpacked_size: Bytes of what is in it.
        files: How many files are in it.
        sbom: The bill of materials beside it.
        parts: What takes how much of it, the largest first.
        notes: What people should know of it.
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


def build_package(plugin: Plugin, output: Path | None = None, *, progress: Progress = lambda _: None) -> Package:
    """Make a plugin's package and its bill of materials.

    Args:
        plugin: The plugin; it gets no bytecode if this machine has no interpreter of its runtime.
        output: Where the zip goes; `dist/NAME.zip` in the plugin's repository when None.
        progress: Is told what is done, in a few words each.

    Raises:
        InvalidPlugin: It cannot run on Lambda, or is too large for it, or its lock is not right.
        PluginImportError: One of its own files is not valid for the runtime.
        OperationFailed: It cannot be made on this machine.
    """
    manifest, python = plugin.manifest, _find_compiler(plugin)
    output = (output or plugin.root / "dist" / f"{manifest.name}.zip").absolute()
    if output.is_dir():
        raise OperationFailed(f"{output} is a folder: name the zip that is to be made")
    if python:
        require_runtime(python, manifest.runtime)
    target, project = plugin.target, Project.of(plugin.root, plugin.file.document)
    entries = own_entries(plugin.root, target)
    check_handler(entries, manifest.handler)
    locked, note = locked_distributions(project, target)
    require_wheels(locked, target)
    dependencies = build_dependencies(project, locked, target, python, progress)
    check_names(entries, dependencies.owners)
    progress("Adding the plugin's own files")
    with tempfile.TemporaryDirectory(dir=cache_folder(plugin.root, "scratch")) as scratch:
        archive = Path(scratch) / "package.zip"
        shutil.copyfile(dependencies.archive, archive)
        append(archive, [*entries, *(_compiled(entries, python, Path(scratch), target) if python else ())])
        package = _measured(archive, output, entries, dependencies)
        bill = bill_of_materials(
            manifest, package.content_hash, dependencies.components, project.direct, _hashes(locked)
        )
        write_whole(package.path, archive.read_bytes())
        write_whole(package.sbom, (json.dumps(bill, indent=2) + "\n").encode())
    notes = (note, None if python else _no_bytecode(target))
    return replace(package, notes=tuple(filter(None, notes)))


def _find_compiler(plugin: Plugin) -> Path | None:
    """Find an interpreter of the plugin's runtime, which compiles it; None if this machine has none."""
    try:
        return plugin.python
    except OperationFailed:
        return find_interpreter(plugin.manifest.runtime)


def _compiled(entries: Iterable[Entry], python: Path, scratch: Path, target: Target) -> list[Entry]:
    try:
        return compile_entries(python, entries, scratch)
    except SyntaxProblem as problem:
        raise PluginImportError(f"The plugin cannot be imported by {target.runtime}: {problem}") from problem


def _measured(archive: Path, output: Path, entries: Iterable[Entry], dependencies: Dependencies) -> Package:
    """Describe the archive of a package that will be at `output`, if it is not too large."""
    parts = measure(archive, dependencies.owners, {one.name: one.version for one in dependencies.components})
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


def _hashes(locked: Iterable[Locked]) -> dict[str, str]:
    return {one.name: one.source.sha256 for one in locked if isinstance(one.source, Wheel) and one.source.sha256}


def _no_bytecode(target: Target) -> str:
    return (
        f"There is no {target.runtime} on this machine, so the package has no bytecode and every cold start compiles "
        "it: install it, or package where it is"
    )
