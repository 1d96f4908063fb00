"""The layer of the dependencies, built once for each lock file, target and time."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.archive.content_hash import Digest
from biot_plugin_cli.archive.file_locks import hold
from biot_plugin_cli.archive.part_sizes import Part
from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.dependencies.archive_cache import delete_oldest, lock_file
from biot_plugin_cli.dependencies.components import Component, describe_components
from biot_plugin_cli.dependencies.stage import Progress, Selection, install_into
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.layers.writer import Layer, folder_entries, write_layer
from biot_plugin_cli.image.size_limit import check_size
from biot_plugin_cli.plugin.package_target import Target

__all__ = ["DependencyLayer", "build_dependency_layer"]

# To be incremented whenever the same files result in another layer.
_FORMAT = "layer-2"
_LAYER = "layer.tar.gz"
_INDEX = "layer.json"


@dataclass(frozen=True, slots=True)
class DependencyLayer:
    """A layer of installed distributions.

    Attributes:
        layer: The layer.
        owners: The name of the distribution that each file belongs to, without bytecode.
        components: The distributions, sorted by name.
        reused: Whether it came from the cache.
    """

    layer: Layer
    owners: dict[str, str]
    components: tuple[Component, ...]
    reused: bool


def build_dependency_layer(
    selection: Selection,
    root: Path,
    target: Target,
    python: Path | None,
    folder: Path,
    progress: Progress,
    *,
    place: str,
    mtime: int,
) -> DependencyLayer:
    """Build a layer of distributions, or load it from the cache.

    Args:
        selection: The distributions.
        root: The plugin's repository.
        target: The runtime.
        python: The interpreter to compile with; no bytecode is added when None.
        folder: An empty folder on the file system of the cache, for temporary files and the caller's own layer.
        progress: Receives each slow step.
        place: The folder in the image that they are installed in.
        mtime: The time that all files have.

    Raises:
        OperationFailed: A distribution cannot be installed.
        InvalidPlugin: A library does not run on the target, or they are too large.
    """
    import zlib

    folder.mkdir(parents=True)
    key = selection.key(target, python, _FORMAT, zlib.ZLIB_RUNTIME_VERSION, place, mtime)
    cached, copy = cache_folder(root, "layers") / key, folder / _LAYER
    with hold(lock_file(cached), shared=True, waiting=lambda: progress("Waiting for another build of the same")):
        if loaded := _load(cached, copy):
            return loaded
    with hold(lock_file(cached), waiting=lambda: progress("Waiting for another build of the same")):
        # Another process may have built it since.
        if not (loaded := _load(cached, copy)):
            stage = folder / "stage" / "task"
            owners = install_into(
                stage, selection, root, target, python, progress, check_parts=_check_parts, place=place
            )
            progress("Compressing the dependencies")
            components = describe_components(stage, target.marker_environment, frozenset(selection.local))
            _write(folder / "new", stage, owners, components, place, mtime)
            shutil.rmtree(folder / "stage")
            loaded = _store(folder / "new", cached, copy)
    delete_oldest(cached.parent)
    return loaded


def _check_parts(parts: Iterable[Part]) -> None:
    check_size(sum(part.unpacked for part in parts))


def _write(
    output: Path, stage: Path, owners: dict[str, str], components: Iterable[Component], place: str, mtime: int
) -> None:
    output.mkdir()
    layer = write_layer(output / _LAYER, place, folder_entries(stage), mtime=mtime)
    document = {**asdict(layer), "path": "", "files": [file._asdict() for file in layer.files]}
    index = {**document, "owners": owners, "components": [item.dump() for item in components]}
    (output / _INDEX).write_text(json.dumps(index), encoding="utf-8")


def _load(cached: Path, copy: Path) -> DependencyLayer | None:
    """Load a layer, whose lock is held; None if it is missing or damaged."""
    try:
        index: dict[str, Any] = json.loads((cached / _INDEX).read_text(encoding="utf-8"))
        owners = index.pop("owners")
        components = tuple(map(Component.load, index.pop("components")))
        _link(cached / _LAYER, copy)
        if f"sha256:{hash_file(copy)}" != index["digest"]:
            copy.unlink()
            return None
        files = tuple(Digest(**file) for file in index.pop("files"))
        # Those that were not used for longest are deleted first.
        os.utime(cached)
        return DependencyLayer(Layer(**{**index, "path": copy, "files": files}), owners, components, reused=True)
    except (OSError, OperationFailed, ValueError, KeyError, TypeError):
        return None


def _store(temporary: Path, destination: Path, copy: Path) -> DependencyLayer:
    """Move a layer, whose lock is held, into the cache in one step."""
    shutil.rmtree(destination, ignore_errors=True)
    try:
        temporary.rename(destination)
    except OSError as error:
        raise OperationFailed(f"Cannot write {destination} ({error.strerror}): make it writable") from error
    stored = _load(destination, copy)
    if stored is None:
        raise OperationFailed(f"{destination} was damaged while it was written: try again")
    return replace(stored, reused=False)


def _link(source: Path, copy: Path) -> None:
    """Give a file another name, so that it stays when the cache deletes it; copy it where that cannot be done."""
    with suppress(OSError):
        copy.hardlink_to(source)
        return
    shutil.copyfile(source, copy)
