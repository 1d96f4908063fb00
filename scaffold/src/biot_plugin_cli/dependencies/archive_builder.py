"""Installation of the dependencies into an archive, once for each lock file and target."""

from __future__ import annotations

import contextlib
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

from biot_plugin_cli.archive.bytecode import SyntaxProblem, compile_tree, interpreter_build
from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.archive.entry_paths import name_of
from biot_plugin_cli.archive.file_locks import hold
from biot_plugin_cli.archive.part_sizes import Part
from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.archive.shared_libraries import HEADER_BYTES, is_library, library_mismatch
from biot_plugin_cli.archive.size_limits import check_limits
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.dependencies.archive_cache import Dependencies, delete_oldest, load, lock_file, store, write
from biot_plugin_cli.dependencies.components import describe_components, file_owners
from biot_plugin_cli.dependencies.installers import install
from biot_plugin_cli.dependencies.local_distributions import copy_installed, installed_files
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Wheel
from biot_plugin_cli.dependencies.pruning import prune
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["Dependencies", "Progress", "build_dependencies"]

_SCRATCH = "new-"

Progress = Callable[[str], None]
"""Receives a short description of each step."""

# To be incremented whenever the same lock file results in another archive.
_FORMAT = "2"


def build_dependencies(
    project: Project,
    locked: list[LockedDistribution],
    target: Target,
    python: Path | None,
    progress: Progress,
    scratch: Path,
) -> Dependencies:
    """Build the archive of a plugin's dependencies, or load it from the cache.

    Args:
        project: The plugin's project.
        locked: The dependencies; each has a wheel or an origin.
        target: The runtime.
        python: The interpreter to compile with; no bytecode is added when None.
        progress: Receives each slow step.
        scratch: An empty folder in the cache, for temporary files and the copy of the archive.

    Raises:
        OperationFailed: A dependency cannot be installed.
        InvalidPlugin: A library in a dependency does not run on the target.
    """
    local = {
        distribution.name: installed_files(distribution, project.root)
        for distribution in locked
        if not isinstance(distribution.source, Wheel)
    }
    wheels = [distribution.requirement for distribution in locked if distribution.name not in local]
    cached = cache_folder(project.root, "dependencies") / _cache_key(wheels, local, target, python)
    copy = scratch / "dependencies.zip"
    with hold(lock_file(cached), shared=True, waiting=lambda: progress("Waiting for another build of the same")):
        if dependencies := load(cached, copy):
            return dependencies
    with hold(lock_file(cached), waiting=lambda: progress("Waiting for another build of the same")):
        # Another process may have built it since.
        if not (dependencies := load(cached, copy)):
            _install_all(project, wheels, local, target, scratch / "stage" / "task", progress)
            archive = scratch / "archive"
            _write_archive(scratch / "stage" / "task", archive, frozenset(local), target, python, progress)
            dependencies = store(archive, cached, copy)
    delete_oldest(cached.parent)
    return dependencies


def _install_all(
    project: Project,
    wheels: list[str],
    local: dict[str, dict[str, Path]],
    target: Target,
    stage: Path,
    progress: Progress,
) -> None:
    # The compiler runs in the parent, which must contain nothing else.
    stage.mkdir(parents=True)
    if wheels:
        progress(f"Installing {len(wheels)} dependencies for {target}")
        install(project.root, target, stage, wheels)
    for files in local.values():
        copy_installed(files, stage)


def _cache_key(wheels: list[str], local: dict[str, dict[str, Path]], target: Target, python: Path | None) -> str:
    """Hash everything that determines the archive."""
    sources = {name: {path: hash_file(file) for path, file in sorted(files.items())} for name, files in local.items()}
    build = interpreter_build(python) if python else None
    inputs = [_FORMAT, zlib.ZLIB_RUNTIME_VERSION, metadata.version("packaging"), str(target), build, wheels, sources]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:20]


def _write_archive(
    stage: Path, output: Path, local: frozenset[str], target: Target, python: Path | None, progress: Progress
) -> None:
    """Check, compile and compress the installed files."""
    prune(stage)
    owners = file_owners(stage)
    _check_libraries(stage, owners, target)
    _check_size(stage, owners)
    if python:
        progress(f"Compiling the dependencies for {target.runtime}")
        # Some distributions have files for other versions of Python, which are never imported.
        with contextlib.suppress(SyntaxProblem):
            compile_tree(python, stage)
    progress("Compressing the dependencies")
    output.mkdir()
    entries = list(_read_entries(stage))
    entry_owners = {entry.name: owner for entry in entries if (owner := _find_owner(entry.name, owners))}
    write(output, entries, entry_owners, describe_components(stage, target.marker_environment, local))


def _read_entries(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            executable = bool(path.stat().st_mode & 0o100)
            yield Entry(name_of(folder, path), path.read_bytes(), executable)


def _find_owner(name: str, owners: dict[str, str]) -> str | None:
    """Find the distribution that a file belongs to; bytecode belongs to that of its source file."""
    path = PurePosixPath(name)
    if path.suffix == ".pyc" and path.parent.name == "__pycache__":
        name = str(path.parent.parent / f"{path.name.partition('.')[0]}.py")
    return owners.get(name)


def _check_libraries(stage: Path, owners: dict[str, str], target: Target) -> None:
    for path in sorted(stage.rglob("*")):
        name = name_of(stage, path)
        if path.is_file() and is_library(name) and (mismatch := library_mismatch(name, _read_header(path), target)):
            raise InvalidPlugin(
                f"{name} of {owners.get(name, 'the dependencies')} is for {mismatch}, but the plugin runs on {target}: "
                "use another version"
            )


def _read_header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)


def _check_size(stage: Path, owners: dict[str, str]) -> None:
    """Check the unpacked size before minutes are spent on compilation and compression."""
    sizes: Counter[str | None] = Counter()
    for path in stage.rglob("*"):
        if path.is_file():
            sizes[owners.get(name_of(stage, path))] += path.stat().st_size
    parts = [Part(name, None, 0, size, 0) for name, size in sizes.most_common()]
    check_limits(0, sizes.total(), parts)
