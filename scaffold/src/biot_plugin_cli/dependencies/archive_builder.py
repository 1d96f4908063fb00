"""The dependencies as an archive, built once for each lock file and target."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.archive.entry_paths import name_of
from biot_plugin_cli.archive.file_locks import hold
from biot_plugin_cli.archive.part_sizes import Part
from biot_plugin_cli.archive.size_limits import check_limits
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.dependencies.archive_cache import Dependencies, delete_oldest, load, lock_file, store, write
from biot_plugin_cli.dependencies.components import describe_components
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.dependencies.stage import Progress, Selection, find_owner, install_into
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["Dependencies", "Progress", "build_dependencies"]


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
    selection = Selection.of(locked, project.root)
    key = selection.key(target, python, zlib.ZLIB_RUNTIME_VERSION)
    cached = cache_folder(project.root, "dependencies") / key
    copy = scratch / "dependencies.zip"
    with hold(lock_file(cached), shared=True, waiting=lambda: progress("Waiting for another build of the same")):
        if dependencies := load(cached, copy):
            return dependencies
    with hold(lock_file(cached), waiting=lambda: progress("Waiting for another build of the same")):
        # Another process may have built it since.
        if not (dependencies := load(cached, copy)):
            stage, archive = scratch / "stage" / "task", scratch / "archive"
            owners = install_into(stage, selection, project.root, target, python, progress, check_parts=_check_size)
            progress("Compressing the dependencies")
            _write_archive(stage, archive, owners, frozenset(selection.local), target)
            dependencies = store(archive, cached, copy)
    delete_oldest(cached.parent)
    return dependencies


def _check_size(parts: list[Part]) -> None:
    check_limits(0, sum(part.unpacked for part in parts), parts)


def _write_archive(stage: Path, output: Path, owners: dict[str, str], local: frozenset[str], target: Target) -> None:
    output.mkdir()
    entries = list(_read_entries(stage))
    entry_owners = {entry.name: owner for entry in entries if (owner := find_owner(entry.name, owners))}
    write(output, entries, entry_owners, describe_components(stage, target.marker_environment, local))


def _read_entries(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            executable = bool(path.stat().st_mode & 0o100)
            yield Entry(name_of(folder, path), path.read_bytes(), executable)
