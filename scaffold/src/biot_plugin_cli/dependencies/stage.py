"""Installation of the dependencies into a folder, as they run on Lambda: pruned, checked and compiled."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Self

from biot_plugin_cli.archive.bytecode import LAMBDA_ROOT, SyntaxProblem, compile_tree, interpreter_build
from biot_plugin_cli.archive.entry_paths import name_of
from biot_plugin_cli.archive.part_sizes import Part
from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.archive.shared_libraries import HEADER_BYTES, is_library, library_mismatch
from biot_plugin_cli.dependencies.components import file_owners
from biot_plugin_cli.dependencies.local_distributions import copy_installed, installed_files
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Wheel
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["Progress", "Selection", "find_owner", "install_into", "measure_parts"]

Progress = Callable[[str], None]
"""Receives a short description of each step."""

# To be incremented whenever the same lock file results in other files.
_FORMAT = "3"


class Selection(NamedTuple):
    """The distributions to install.

    Attributes:
        wheels: Lines of a requirements file, one for each wheel.
        local: The files of each distribution that is on no package index, by their paths in `site-packages`.
    """

    wheels: list[str]
    local: dict[str, dict[str, Path]]

    @classmethod
    def of(cls, locked: Iterable[LockedDistribution], root: Path) -> Self:
        """Select what a lock file lists.

        Args:
            locked: The dependencies; each has a wheel or an origin.
            root: The plugin's repository.

        Raises:
            OperationFailed: A distribution that is on no package index is not installed.
            InvalidPlugin: It does not record its files.
        """
        wheels, local = [], {}
        for distribution in locked:
            if isinstance(distribution.source, Wheel):
                wheels.append(distribution.requirement)
            else:
                local[distribution.name] = installed_files(distribution, root)
        return cls(wheels, local)

    def key(self, target: Target, python: Path | None, *inputs: object) -> str:
        """Hash everything that determines what is installed.

        Args:
            target: The runtime.
            python: The interpreter to compile with, if any.
            *inputs: What else determines the result.
        """
        sources = {
            name: {path: hash_file(file) for path, file in sorted(files.items())} for name, files in self.local.items()
        }
        from packaging import __version__ as packaging_version

        build = interpreter_build(python) if python else None
        document = [_FORMAT, *inputs, packaging_version, str(target), build, self.wheels, sources]
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:20]


def install_into(
    stage: Path,
    selection: Selection,
    root: Path,
    target: Target,
    python: Path | None,
    progress: Progress,
    *,
    check_parts: Callable[[list[Part]], None] = lambda _: None,
    place: str = LAMBDA_ROOT,
) -> dict[str, str]:
    """Install distributions into a folder.

    Args:
        stage: The folder to create.
        selection: The distributions.
        root: The plugin's repository.
        target: The runtime.
        python: The interpreter to compile with; no bytecode is added when None.
        progress: Receives each slow step.
        check_parts: Checks the sizes before minutes are spent on compilation and compression.
        place: The folder that `stage` becomes on Lambda.

    Returns:
        The name of the distribution that each file belongs to.

    Raises:
        OperationFailed: A dependency cannot be installed.
        InvalidPlugin: A library in a dependency does not run on the target.
    """
    from biot_plugin_cli.dependencies.installers import install
    from biot_plugin_cli.dependencies.pruning import prune

    stage.mkdir(parents=True)
    if selection.wheels:
        progress(f"Installing {len(selection.wheels)} dependencies for {target}")
        install(root, target, stage, selection.wheels)
    for files in selection.local.values():
        copy_installed(files, stage)
    prune(stage)
    owners = file_owners(stage)
    _check_libraries(stage, owners, target)
    check_parts(measure_parts(stage, owners))
    if python:
        progress(f"Compiling the dependencies for {target.runtime}")
        # Some distributions have files for other versions of Python, which are never imported.
        with contextlib.suppress(SyntaxProblem):
            compile_tree(python, stage, place=place)
    return owners


def find_owner(name: str, owners: dict[str, str]) -> str | None:
    """Find the distribution that a file belongs to; bytecode belongs to that of its source file."""
    path = PurePosixPath(name)
    if path.suffix == ".pyc" and path.parent.name == "__pycache__":
        name = str(path.parent.parent / f"{path.name.partition('.')[0]}.py")
    return owners.get(name)


def measure_parts(stage: Path, owners: dict[str, str]) -> list[Part]:
    """Measure what each distribution occupies in a folder, largest first."""
    sizes: Counter[str | None] = Counter()
    for path in stage.rglob("*"):
        if path.is_file():
            sizes[owners.get(name_of(stage, path))] += path.stat().st_size
    return [Part(name, None, 0, size, 0) for name, size in sizes.most_common()]


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
