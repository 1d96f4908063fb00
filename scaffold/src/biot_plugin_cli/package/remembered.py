"""The last package of a plugin, by all that determines it: where that is the same, a build would make the same bytes.

Nothing is taken from the time or the size of a file of the plugin: its files, lock files and what was written of the
package are read and hashed, and git and uv are asked, each time. Only this program's own files count by the time of
their last change.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.archive.bytecode import interpreter_build
from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.archive.content_hash import Digest
from biot_plugin_cli.archive.part_sizes import Part
from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.dependencies.question import is_lock_fresh
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.exclusions import BYTECODE_FOLDER
from biot_plugin_cli.package.inputs import Inputs
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.file_writer import write_atomically
from biot_plugin_cli.uv.settings import package_sources
from biot_plugin_cli.uv.workspace import Workspace

if TYPE_CHECKING:
    from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution

__all__ = ["recall", "remember"]

_OWN = Path(__file__).parents[1]
# The distributions whose versions have a part in what is built.
_DISTRIBUTIONS = ("biot_plugin_cli-", "packaging-")
_OF_WORKSPACE, _OF_PLUGIN = ("pyproject.toml", "uv.lock"), ("uv.lock", "pylock.toml", "requirements.txt")


def recall(plugin: Plugin, inputs: Inputs, output: Path) -> Package | None:
    """Return the package that is there already, if a build would make just that; None if it might make another one.

    Args:
        plugin: The plugin.
        inputs: What the package is made of.
        output: The zip file.
    """
    try:
        record = json.loads(_file(plugin.root).read_text(encoding="utf-8"))
        package = _load(record["package"], inputs, output)
        is_same = record["key"] == _key(plugin, inputs, output)
        is_there = is_same and (hash_file(package.path), hash_file(package.sbom)) == (package.sha256, record["sbom"])
        return package if is_there and _is_lock_fresh(plugin) else None
    except (CliError, OSError, ValueError, LookupError, TypeError):
        return None


def remember(plugin: Plugin, inputs: Inputs, package: Package, locked: Iterable[LockedDistribution]) -> None:
    """Remember a package that was built, unless more determines it than is looked at.

    Args:
        plugin: The plugin.
        inputs: What the package is made of.
        package: The package.
        locked: Its dependencies.
    """
    with suppress(CliError):
        if not _is_determined(plugin.root, locked):
            _file(plugin.root).unlink(missing_ok=True)
            return
        document = {**package._asdict(), "parts": [part._asdict() for part in package.parts]}
        for name in ("path", "sbom", "tree"):
            del document[name]
        record = {"key": _key(plugin, inputs, package.path), "sbom": hash_file(package.sbom), "package": document}
        write_atomically(_file(plugin.root), json.dumps(record).encode())


def _file(root: Path) -> Path:
    return cache_folder(root, "packages") / "last.json"


def _load(document: dict[str, Any], inputs: Inputs, output: Path) -> Package:
    parts = tuple(Part(**part) for part in document.pop("parts"))
    notes = tuple(document.pop("notes"))
    return Package(
        path=output, sbom=output.with_suffix(".cdx.json"), parts=parts, notes=notes, tree=inputs.tree, **document
    )


def _is_lock_fresh(plugin: Plugin) -> bool:
    is_locked = (Workspace.find(plugin.root).root / "uv.lock").exists()
    return not is_locked or is_lock_fresh(plugin.root, plugin.manifest.runtime)


def _is_determined(root: Path, locked: Iterable[LockedDistribution]) -> bool:
    """Whether lock files determine the dependencies: what a folder has, and a wheel without its hash, may change."""
    from biot_plugin_cli.dependencies.locked_distribution import Wheel

    known = b"".join(filter(None, map(_content, _lock_files(root))))
    return all(isinstance(one.source, Wheel) and (one.source.sha256 or "").encode() in known for one in locked)


def _key(plugin: Plugin, inputs: Inputs, output: Path) -> str:
    """Hash everything that determines the package."""
    root = plugin.root
    document = [
        *(str(output), str(root), plugin.environment, plugin.file.text, str(plugin.target)),
        *(inputs.python and interpreter_build(inputs.python), zlib.ZLIB_RUNTIME_VERSION),
        [Digest.of(entry) for entry in inputs.entries],
        inputs.tree,
        {str(file): _digest(file) for file in _lock_files(root)},
        package_sources(Workspace.find(root), root),
        _own_state(),
    ]
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _lock_files(root: Path) -> Iterator[Path]:
    """Yield every file that has a part in which dependencies are locked, whether it is there or not."""
    yield from (Workspace.find(root).root / name for name in _OF_WORKSPACE)
    yield from (root / name for name in _OF_PLUGIN)
    yield from sorted(cache_folder(root, "resolved").glob("*.toml"))


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _digest(file: Path) -> str | None:
    content = _content(file)
    return None if content is None else hashlib.sha256(content).hexdigest()


@cache
def _own_state() -> tuple[list[tuple[str, int, int]], list[str]]:
    """Return what identifies this program, and what it is built with."""
    return [*_own_files(_OWN)], sorted(_distributions())


def _own_files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the modules of this program, with their sizes and the times when they were changed or installed."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_ctime_ns
        elif entry.name != BYTECODE_FOLDER and entry.is_dir():
            yield from _own_files(Path(entry.path))


def _distributions() -> Iterator[str]:
    for folder in sys.path:
        with suppress(OSError):
            yield from (name for name in os.listdir(folder) if name.startswith(_DISTRIBUTIONS))  # noqa: PTH208
