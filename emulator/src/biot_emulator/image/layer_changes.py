"""What a layer changes of the layers below it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from biot_emulator.image.errors import InvalidImage
from biot_emulator.image.tar_members import Kind, TarMember
from biot_emulator.image.tree import File, Folder, Link, Node, Tree, check_names, shown

__all__ = ["ContentFolder", "LayerChanges", "read_changes"]

_Path: TypeAlias = tuple[str, ...]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
# What one of the first file systems of containers had for itself.
_METADATA = ".wh..wh."
_ZEROS = bytes(256 * 1024)


@dataclass(frozen=True, slots=True)
class _HardLink:
    target: _Path


@dataclass(frozen=True, slots=True)
class LayerChanges:
    """The changes of a layer, which take effect in another order than they come in.

    Attributes:
        emptied: The folders whose content in lower layers goes.
        removed: What goes of lower layers.
        added: What comes, in order; None for what is not unpacked, and yet takes the place of what was there.
    """

    emptied: list[_Path] = field(default_factory=list)
    removed: list[_Path] = field(default_factory=list)
    added: list[tuple[_Path, Node | _HardLink | None]] = field(default_factory=list)

    def apply(self, tree: Tree) -> None:
        """Change what the lower layers made.

        Raises:
            InvalidImage: The changes do not fit it.
        """
        for path in self.emptied:
            tree.clear(path)
        for path in self.removed:
            tree.discard(path)
        for path, node in self.added:
            if node is None:
                tree.discard(path)
            else:
                tree.put(path, _linked(tree, path, node) if isinstance(node, _HardLink) else node)


def read_changes(members: Iterable[TarMember], contents: ContentFolder) -> LayerChanges:
    """Read the changes of a layer, and store the contents of its files.

    Args:
        members: The layer.
        contents: Where contents are stored.

    Raises:
        InvalidImage: It has something that cannot be unpacked, or not safely.
        OSError: A content cannot be stored.
    """
    changes = LayerChanges()
    for member in members:
        path = _path(member.name)
        if any(name.startswith(_WHITEOUT) for name in path):
            _add_whiteout(changes, path)
        elif path:
            changes.added.append((path, _node(member, path, contents)))
        elif member.kind is not Kind.FOLDER:
            raise InvalidImage(f"The image has a {member.kind.value} in place of its root folder: build it again")
    return changes


class ContentFolder:
    """The contents of files, under names that are numbers.

    Args:
        folder: The folder, which is empty.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def store(self, member: TarMember) -> Path:
        """Store the content of a file; nothing is written where it is empty of anything but zeros.

        Raises:
            OSError: It cannot be stored.
        """
        self._count += 1
        path = self._folder / str(self._count)
        with path.open("xb", buffering=0) as file:
            for chunk in member.content():
                if _is_zero(chunk):
                    file.seek(len(chunk), 1)
                else:
                    _write(file.fileno(), chunk)
            file.truncate(member.size)
        return path


def _path(name: str) -> _Path:
    """Return the path from the root that a name is, or refuse one that leads out of it."""
    path: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if not path:
                raise InvalidImage(f"The image has the file {shown(name)}, which lies outside of it: build it again")
            path.pop()
        elif part not in ("", "."):
            path.append(part)
    check_names(path)
    return tuple(path)


def _add_whiteout(changes: LayerChanges, path: _Path) -> None:
    *folder, name = path
    if any(part.startswith(_METADATA) for part in folder) or (name.startswith(_METADATA) and name != _OPAQUE):
        return
    removed = name.removeprefix(_WHITEOUT)
    if any(part.startswith(_WHITEOUT) for part in folder) or removed in ("", ".", ".."):
        raise InvalidImage(f"The image has the whiteout {shown(path)}, which removes nothing: build it again")
    if name == _OPAQUE:
        changes.emptied.append(tuple(folder))
    else:
        changes.removed.append((*folder, removed))


def _node(member: TarMember, path: Sequence[str], contents: ContentFolder) -> Node | _HardLink | None:
    match member.kind:
        case Kind.FILE:
            return File(contents.store(member), member.is_executable)
        case Kind.FOLDER:
            return Folder()
        case Kind.LINK:
            if not member.target or "\0" in member.target or len(member.target.encode(errors="replace")) >= 4096:
                raise InvalidImage(f"The image has the link {shown(path)} to nowhere: build it again")
            return Link(member.target)
        case Kind.HARD_LINK:
            return _HardLink(_path(member.target))
    return None


def _linked(tree: Tree, path: Sequence[str], link: _HardLink) -> Node:
    node = tree.get(link.target)
    if node is None or isinstance(node, Folder):
        what = "nothing" if node is None else "a folder"
        raise InvalidImage(
            f"The image has {shown(path)} as another name of {what}, {shown(link.target)}: build it again"
        )
    return node


def _is_zero(chunk: bytes) -> bool:
    return not chunk[0] and chunk == _ZEROS[: len(chunk)]


def _write(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]
