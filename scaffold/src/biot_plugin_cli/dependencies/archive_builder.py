"""What a plugin needs, built once for each lock and target, and kept as an archive that packages begin with."""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

from biot_plugin_cli.archive.bytecode import SyntaxProblem, compile_tree, interpreter_build
from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.archive.shared_libraries import is_library, library_refusal
from biot_plugin_cli.archive.size_limits import Part, check_limits
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.dependencies.archive_cache import Dependencies, keep, load, write
from biot_plugin_cli.dependencies.components import Distributions
from biot_plugin_cli.dependencies.installers import install
from biot_plugin_cli.dependencies.local_distributions import copy_installed, installed_files
from biot_plugin_cli.dependencies.locked_distribution import Locked, Wheel
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["Dependencies", "Progress", "build_dependencies"]

Progress = Callable[[str], None]
"""Is told in a few words what is done now."""

# To be raised whenever the same lock gives another archive.
_FORMAT = "1"


def build_dependencies(
    project: Project, locked: list[Locked], target: Target, python: Path | None, progress: Progress
) -> Dependencies:
    """Build what a plugin needs, or take what was built before.

    Args:
        project: The plugin's project.
        locked: What it needs; each with a wheel, or from a place of its own.
        target: Where it is to run.
        python: What compiles it; it gets no bytecode when None.
        progress: Is told what takes long.

    Raises:
        OperationFailed: Something cannot be installed.
        InvalidPlugin: A library in it does not run on the target.
    """
    local = {one.name: installed_files(one, project.root) for one in locked if not isinstance(one.source, Wheel)}
    wheels = [one.requirement for one in locked if one.name not in local]
    key = _key(wheels, local, target, python)
    kept = cache_folder(project.root, "dependencies") / key
    if found := load(kept):
        return found
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="new-") as scratch:
        # The folder to be compiled is alone in its own: that is where the compiler starts.
        stage = Path(scratch) / "stage" / "task"
        stage.mkdir(parents=True)
        if wheels:
            progress(f"Installing {len(wheels)} dependencies for {target}")
            install(project.root, target, stage, wheels, project.uv)
        for files in local.values():
            copy_installed(files, stage)
        _finish(stage, Path(scratch) / "made", frozenset(local), target, python, progress)
        return keep(Path(scratch) / "made", kept)


def _key(wheels: list[str], local: dict[str, dict[str, Path]], target: Target, python: Path | None) -> str:
    """Name all that the archive follows from."""
    sources = {
        name: {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in sorted(files.items())}
        for name, files in local.items()
    }
    build = interpreter_build(python) if python else None
    asked = [_FORMAT, zlib.ZLIB_RUNTIME_VERSION, metadata.version("packaging"), str(target), build, wheels, sources]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:20]


def _finish(
    stage: Path, made: Path, local: frozenset[str], target: Target, python: Path | None, progress: Progress
) -> None:
    """Check, compile and pack what is installed."""
    installed = Distributions(stage)
    installed.tidy()
    owners = installed.owners()
    _check_libraries(stage, owners, target)
    _check_size(stage, owners)
    if python:
        progress(f"Compiling the dependencies for {target.runtime}")
        # Some distributions have files for other versions of Python, which are never imported.
        with contextlib.suppress(SyntaxProblem):
            compile_tree(python, stage)
    progress("Compressing the dependencies")
    made.mkdir()
    entries = list(_entries(stage))
    owned = {entry.name: owner for entry in entries if (owner := _owner(entry.name, owners))}
    write(made, entries, owned, installed.components(target.marker_environment, local))


def _entries(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            executable = bool(path.stat().st_mode & 0o100)
            yield Entry(path.relative_to(folder).as_posix(), path.read_bytes(), executable)


def _owner(name: str, owners: dict[str, str]) -> str | None:
    """Tell whose a file is; bytecode belongs to whom its source belongs to."""
    path = PurePosixPath(name)
    if path.suffix == ".pyc":
        name = str(path.parent.parent / f"{path.name.partition('.')[0]}.py")
    return owners.get(name)


def _check_libraries(stage: Path, owners: dict[str, str], target: Target) -> None:
    for path in sorted(stage.rglob("*")):
        name = path.relative_to(stage).as_posix()
        if path.is_file() and is_library(name) and (refusal := library_refusal(name, _beginning(path), target)):
            raise InvalidPlugin(
                f"{name} of {owners.get(name, 'the dependencies')} is for {refusal}, and the plugin runs on {target}: "
                "take another version of it"
            )


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _check_size(stage: Path, owners: dict[str, str]) -> None:
    """Refuse what is too large before minutes are spent on compiling and compressing it."""
    sizes: Counter[str | None] = Counter()
    for path in stage.rglob("*"):
        if path.is_file():
            sizes[owners.get(path.relative_to(stage).as_posix())] += path.stat().st_size
    parts = [Part(name, None, 0, size, 0) for name, size in sizes.most_common()]
    check_limits(0, sizes.total(), parts)
