"""The files that an image consists of, as its layers leave them (OCI image specification, layer.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from tarfile import TarInfo

__all__ = ["File", "FileList", "merge", "normalise"]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"


@dataclass(frozen=True, slots=True)
class File:
    """A file, folder or link.

    Attributes:
        is_folder: Whether it is a folder.
        mode: Its permissions.
        target: What a link points to; None if it is none.
    """

    is_folder: bool
    mode: int
    target: str | None = None


@dataclass(frozen=True, slots=True)
class FileList:
    """The files of an image.

    Attributes:
        files: Its files by their paths, without a slash at the beginning.
        unpacked_size: The size of the files in all layers, in bytes.
    """

    files: Mapping[str, File]
    unpacked_size: int

    def in_folder(self, folder: str) -> Iterator[tuple[str, File]]:
        """Select what is in a folder and its subfolders."""
        prefix = folder.strip("/") + "/"
        return ((path, file) for path, file in self.files.items() if path.startswith(prefix))


def merge(layers: Iterable[Iterable[TarInfo]]) -> FileList:
    """Merge the members of layers, the lowest first."""
    files: dict[str, File] = {}
    size = 0
    for members in layers:
        added: dict[str, File] = {}
        # They apply to lower layers alone, wherever they stand among the members.
        removed: set[str] = set()
        emptied: set[str] = set()
        for member in members:
            path = normalise(member.name)
            folder, _, name = path.rpartition("/")
            if name == _OPAQUE:
                emptied.add(folder)
            elif name.startswith(_WHITEOUT):
                removed.add(f"{folder}/{name.removeprefix(_WHITEOUT)}".lstrip("/"))
            elif path:
                added[path] = _file(member)
                size += member.size if member.isreg() else 0
        # What is no folder any more has nothing in it.
        emptied |= {path for path, file in added.items() if not file.is_folder}
        files = {path: file for path, file in files.items() if not _is_removed(path, removed, emptied)} | added
    return FileList(files, size)


def _file(member: TarInfo) -> File:
    target = member.linkname if member.issym() or member.islnk() else None
    return File(member.isdir(), member.mode & 0o7777, target)


def normalise(name: str) -> str:
    """Return the path of a member, without what does not change it."""
    return "/".join(part for part in name.split("/") if part not in ("", ".", ".."))


def _is_removed(path: str, removed: set[str], emptied: set[str]) -> bool:
    if path in removed:
        return True
    parents = [path[:index] for index, character in enumerate(path) if character == "/"]
    return not emptied.isdisjoint(("", *parents)) or not removed.isdisjoint(parents)
