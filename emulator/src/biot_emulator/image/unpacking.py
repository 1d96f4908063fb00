"""Unpacks an image: all of it, verified, or nothing."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from biot_emulator.image.blobs import layer_reader
from biot_emulator.image.documents import Manifest, read_config, read_manifest
from biot_emulator.image.errors import InvalidImage
from biot_emulator.image.layer_changes import ContentFolder, read_changes
from biot_emulator.image.limits import Budget, Limits
from biot_emulator.image.source import Source
from biot_emulator.image.tar_members import tar_members
from biot_emulator.image.tree import File, Folder, Link, Node, Tree, shown

__all__ = ["MOUNTED_FILES", "MOUNTED_FOLDERS", "unpack"]

MOUNTED_FOLDERS = ("dev", "proc", "tmp")
"""The folders that every image has after unpacking: in a process's root, others are mounted there."""

MOUNTED_FILES = (("etc", "hosts"), ("etc", "resolv.conf"))
"""The files that it has too, likewise."""

# Read only: a program's files are the same for all of its processes.
_FILE, _PROGRAM, _FOLDER = 0o444, 0o555, 0o555


def unpack(source: Source, folder: Path, limits: Limits | None = None) -> bytes:
    """Unpack an image; owners, further attributes and the right to become another user are left out.

    Args:
        source: The image.
        folder: What is created; its own permissions are left to the caller, who may have to move it.
        limits: The most that is unpacked; None for what Lambda takes.

    Returns:
        The image's configuration.

    Raises:
        InvalidImage: It cannot be unpacked; nothing is left of it.
    """
    try:
        manifest = read_manifest(source)
        content, config = read_config(source, manifest)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="new-") as temporary:
            contents, unpacked = Path(temporary, "contents"), Path(temporary, "tree")
            contents.mkdir()
            tree = _tree(source, manifest, config.diff_ids, contents, Budget(limits or Limits()))
            if _ignores_case(contents):
                check_case(tree.root)
            _write(tree.root, unpacked)
            unpacked.rename(folder)
    except OSError as error:
        # Without the path: it reveals this machine's folders.
        raise InvalidImage(f"The image cannot be unpacked: {error.strerror or 'it cannot be read'}") from error
    return content


def check_case(root: Folder) -> None:
    """Check that no two files have names that differ in nothing but case.

    Raises:
        InvalidImage: Two have.
    """
    pending: list[tuple[tuple[str, ...], Folder]] = [((), root)]
    while pending:
        path, folder = pending.pop()
        seen: dict[str, str] = {}
        for name, node in folder.entries.items():
            if (other := seen.setdefault(name.casefold(), name)) != name:
                raise InvalidImage(
                    f"The image has both {shown((*path, other))} and {shown((*path, name))}, which are one file on "
                    "this machine: unpack it on a file system that respects case"
                )
            if isinstance(node, Folder):
                pending.append(((*path, name), node))


def _tree(source: Source, manifest: Manifest, diff_ids: tuple[str, ...], contents: Path, budget: Budget) -> Tree:
    tree = Tree(budget)
    store = ContentFolder(contents)
    for blob, diff_id in zip(manifest.layers, diff_ids, strict=True):
        with source.open_blob(blob.digest) as file, layer_reader(file, blob, diff_id, budget) as layer:
            changes = read_changes(tar_members(layer, budget), store)
        # Only now is it known that it is the right layer.
        changes.apply(tree)
    _add_mount_points(tree, contents)
    return tree


def _add_mount_points(tree: Tree, contents: Path) -> None:
    """Have real folders and files where something is mounted: by way of a link it would be mounted elsewhere."""
    for name in MOUNTED_FOLDERS:
        _put(tree, (name,), Folder())
    if tree.get(("etc",)) is None:
        tree.put(("etc",), Folder())
    if isinstance(tree.get(("etc",)), Folder):
        for number, path in enumerate(MOUNTED_FILES):
            if not isinstance(tree.get(path), File):
                empty = contents / f"mounted-{number}"
                empty.touch()
                _put(tree, path, File(empty, is_executable=False))


def _put(tree: Tree, path: tuple[str, ...], node: Node) -> None:
    if type(tree.get(path)) is not type(node):
        tree.discard(path)
    tree.put(path, node)


def _write(root: Folder, target: Path) -> None:
    """Write folders and files first, and links when nothing more is written."""
    folders = list(_folders(root, str(target)))
    names: dict[File, str] = {}
    for path, folder in folders:
        os.mkdir(path, stat.S_IRWXU)  # noqa: PTH102 - pathlib would double the time
        for name, node in folder.entries.items():
            if isinstance(node, File):
                _write_file(node, f"{path}/{name}", names)
    for path, folder in folders:
        for name, node in folder.entries.items():
            if isinstance(node, Link):
                os.symlink(node.target, f"{path}/{name}")  # noqa: PTH211
    for path, _ in reversed(folders[1:]):
        os.chmod(path, _FOLDER)  # noqa: PTH101


def _write_file(file: File, path: str, names: dict[File, str]) -> None:
    if (first := names.setdefault(file, path)) != path:
        os.link(first, path)
        return
    os.chmod(file.content, _PROGRAM if file.is_executable else _FILE)  # noqa: PTH101
    os.rename(file.content, path)  # noqa: PTH104


def _folders(root: Folder, path: str) -> Iterator[tuple[str, Folder]]:
    """Yield a folder and all below it, each after the one that it is in."""
    pending = [(path, root)]
    while pending:
        path, folder = pending.pop()
        yield path, folder
        pending += [(f"{path}/{name}", node) for name, node in folder.entries.items() if isinstance(node, Folder)]


def _ignores_case(folder: Path) -> bool:
    (folder / "case").touch()
    ignores = (folder / "CASE").exists()
    (folder / "case").unlink()
    return ignores
