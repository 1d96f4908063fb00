"""The files of an image, in memory: what is where is decided here, and no path of an image leads anywhere else.

Only the contents of files are on the disk meanwhile, under names that are numbers. As nothing of the image is at its
place before all of it is known, nothing can be written through a link.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from biot_emulator.image.errors import InvalidImage
from biot_emulator.image.limits import Budget

__all__ = ["File", "Folder", "Link", "Node", "Tree", "check_names", "shown"]

_MAX_LINKS = 40  # as Linux
_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 3500  # so that it fits into Linux's 4096 behind the path of the tree
_MAX_DEPTH = 200
_MAX_SHOWN = 100


class File:
    """A file.

    Args:
        content: Where its content is; removed with the last of its names.
        is_executable: Whether it is a program.

    Attributes:
        names: How many it has.
    """

    __slots__ = ("content", "is_executable", "names")

    def __init__(self, content: Path, is_executable: bool) -> None:
        self.content = content
        self.is_executable = is_executable
        self.names = 0


class Link:
    """A symbolic link.

    Args:
        target: Where it leads, as it is written.
    """

    __slots__ = ("target",)

    def __init__(self, target: str) -> None:
        self.target = target


class Folder:
    """A folder."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: dict[str, Node] = {}


Node: TypeAlias = File | Link | Folder


class Tree:
    """The root of an image, and everything below it.

    Args:
        budget: What is left of the limits.
    """

    def __init__(self, budget: Budget) -> None:
        self.root = Folder()
        self._budget = budget

    def put(self, path: Sequence[str], node: Node) -> None:
        """Put something at a path, in place of what is there; a folder stays where there is one.

        Raises:
            InvalidImage: There is a file where a folder should be.
        """
        folder, name = self._parent(path)
        before = folder.entries.get(name)
        if isinstance(before, Folder) and isinstance(node, Folder):
            return
        if before is node:
            return
        if isinstance(node, File):
            node.names += 1
        if before is not None:
            _forget(before)
        folder.entries[name] = node

    def discard(self, path: Sequence[str]) -> None:
        """Remove what is at a path, if there is something."""
        folder = self.find_folder(path[:-1])
        if folder is not None and (node := folder.entries.pop(path[-1], None)) is not None:
            _forget(node)

    def clear(self, path: Sequence[str]) -> None:
        """Remove everything in a folder, if there is one."""
        if (folder := self.find_folder(path)) is not None:
            for node in folder.entries.values():
                _forget(node)
            folder.entries.clear()

    def get(self, path: Sequence[str]) -> Node | None:
        """Return what is at a path; a link at its end is not followed."""
        if not path:
            return self.root
        folder = self.find_folder(path[:-1])
        return None if folder is None else folder.entries.get(path[-1])

    def find_folder(self, path: Sequence[str]) -> Folder | None:
        """Return the folder that a path leads to, by way of links; None where there is none."""
        folders, missing = self._walk(path)
        return None if missing or not isinstance(folders[-1], Folder) else folders[-1]

    def _parent(self, path: Sequence[str]) -> tuple[Folder, str]:
        """Return the folder that something is put into, created if need be, and its name there."""
        nodes, missing = self._walk(path[:-1])
        folder = nodes[-1]
        if not isinstance(folder, Folder):
            raise InvalidImage(f"The image has {shown(path)} below a file: build it again")
        if len(nodes) + len(missing) > _MAX_DEPTH:
            raise InvalidImage(f"The image has {shown(path)} in more than {_MAX_DEPTH} folders: move it up")
        for name in missing:
            self._budget.spend_entry()
            below = Folder()
            folder.entries[name] = below
            folder = below
        return folder, path[-1]

    def _walk(self, path: Sequence[str]) -> tuple[list[Node], list[str]]:
        """Follow a path; return the nodes on the way, the root first, and the names below the last that are missing."""
        nodes: list[Node] = [self.root]
        missing: list[str] = []
        pending = [*reversed(path)]
        links = 0
        while pending:
            self._budget.spend_step()
            name = pending.pop()
            last = nodes[-1]
            if name in ("", "."):
                continue
            if name == "..":
                _go_up(nodes, missing)
            elif missing or not isinstance(last, Folder) or (node := last.entries.get(name)) is None:
                missing.append(name)
            elif isinstance(node, Link):
                links += 1
                if links > _MAX_LINKS:
                    raise InvalidImage(f"The image has {shown(path)} behind too many symbolic links: build it again")
                if node.target.startswith("/"):
                    del nodes[1:]
                pending += reversed(node.target.split("/"))
            else:
                nodes.append(node)
        return nodes, missing


def _go_up(nodes: list[Node], missing: list[str]) -> None:
    if missing:
        missing.pop()
    elif len(nodes) > 1:
        nodes.pop()


def _forget(node: Node) -> None:
    """Remove the contents of files that have no name any more."""
    for file in _files(node):
        file.names -= 1
        if not file.names:
            file.content.unlink(missing_ok=True)


def _files(node: Node) -> Iterator[File]:
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, File):
            yield node
        elif isinstance(node, Folder):
            pending += node.entries.values()


def check_names(path: Sequence[str]) -> None:
    """Check that a file system can have a path.

    Raises:
        InvalidImage: It cannot.
    """
    names = [name.encode("utf-8", "surrogateescape") for name in path]
    if any(b"\0" in name for name in names):
        raise InvalidImage(f"The image has the file {shown(path)}, whose name has a null character: rename it")
    if len(b"/".join(names)) > _MAX_PATH_BYTES or any(len(name) > _MAX_NAME_BYTES for name in names):
        raise InvalidImage(f"The image has the file {shown(path)}, whose name is too long: rename it")


def shown(path: Sequence[str] | str) -> str:
    """Quote a path, which may be anything, so that it can be printed."""
    text = path if isinstance(path, str) else "/" + "/".join(path)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return f"[{text if len(text) <= _MAX_SHOWN else f'{text[:_MAX_SHOWN]}…'}]"
