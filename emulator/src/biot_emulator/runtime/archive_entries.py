"""The entries of an uploaded zip file: where each is extracted to, and which cannot be."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from biot_emulator.errors import EmulatorError
from biot_emulator.lambda_function.limits import MAX_UNZIPPED_BYTES

__all__ = ["Entry", "InvalidCode", "check_layout", "parse_entries"]

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x41  # the flags of encryption, old and strong
_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 4085  # what Linux allows, below /var/task/
# Deeper ones cannot be deleted again by recursion, and no package has them.
_MAX_DEPTH = 100
_MAX_SHOWN = 100
_LOCAL_HEADER_BYTES = 30
_LENGTHS = struct.Struct("<26xHH")  # those of the name and the extra field of a local header
# No other local user may change what a plugin runs, and no plugin becomes another user.
_PRESERVED_PERMISSIONS = 0o755
_OWNER = stat.S_IRUSR | stat.S_IWUSR
_DEFAULT_PERMISSIONS = 0o644


class InvalidCode(EmulatorError):
    """The uploaded code is not a valid zip file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that can be extracted.

    Attributes:
        path: Where, below the plugin's folder.
        info: What the archive's directory says about it.
        is_folder: Whether it is a folder.
    """

    path: PurePosixPath
    info: zipfile.ZipInfo
    is_folder: bool

    @property
    def permissions(self) -> int:
        """The file's permissions: those of the archive without setuid, setgid, sticky and writing by others."""
        permissions = stat.S_IMODE(self.info.external_attr >> 16) & _PRESERVED_PERMISSIONS
        return (permissions or _DEFAULT_PERMISSIONS) | _OWNER


def parse_entries(infos: Sequence[zipfile.ZipInfo]) -> list[Entry]:
    """Check the entries of an archive, each by itself and all together.

    Args:
        infos: The archive's directory.

    Returns:
        The entries to extract, each path once.

    Raises:
        InvalidCode: One cannot be extracted, or not safely.
    """
    if not infos:
        raise InvalidCode("The code is an empty zip file: put the plugin's files into it")
    if sum(info.file_size for info in infos) > MAX_UNZIPPED_BYTES:
        raise InvalidCode("The code is larger than 250 MB unzipped: leave out what the plugin does not need")
    return _without_duplicates([_parse(info) for info in infos])


def check_layout(code: bytes, infos: Iterable[zipfile.ZipInfo], directory_offset: int) -> None:
    """Check that no two entries share bytes, as those of a zip bomb do.

    Args:
        code: The archive.
        infos: Its directory.
        directory_offset: Where the directory begins, and all entries must have ended.

    Raises:
        InvalidCode: They do.
        struct.error: An entry begins after the end.
    """
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise InvalidCode(f"The code is not a valid zip file: {_shown(info)} overlaps another entry")
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size
        end += sum(_LENGTHS.unpack_from(code, info.header_offset))
    if end > directory_offset:
        raise InvalidCode("The code is not a valid zip file: its last entry is cut off")


def _parse(info: zipfile.ZipInfo) -> Entry:
    path = _path(info)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise InvalidCode(f"The code has the symbolic link {_shown(info)}: put the file itself into the zip")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InvalidCode(f"The code has the entry {_shown(info)}, which is a device, pipe or socket: leave it out")
    is_folder = kind == stat.S_IFDIR or info.orig_filename.endswith("/")
    if is_folder:
        if info.file_size:
            raise InvalidCode(f"The code has the folder {_shown(info)} with the content of a file: zip it again")
    elif not path.parts:
        raise InvalidCode("The code has an entry without a name: zip it again")
    _check_method(info)
    return Entry(path, info, is_folder)


def _path(info: zipfile.ZipInfo) -> PurePosixPath:
    name = info.orig_filename
    if "\0" in name:
        raise InvalidCode(f"The code has the entry {_shown(info)}, whose name has a null character: rename the file")
    # Also as Windows reads it: nobody should have to know where an archive is extracted.
    as_windows = PureWindowsPath(name)
    if as_windows.anchor or ".." in as_windows.parts:
        raise InvalidCode(f"The code has the entry {_shown(info)}, which lies outside of the plugin's folder")
    path = PurePosixPath(name)
    names = [part.encode("utf-8", "surrogateescape") for part in path.parts]
    if len(b"/".join(names)) > _MAX_PATH_BYTES or any(len(part) > _MAX_NAME_BYTES for part in names):
        raise InvalidCode(f"The code has the entry {_shown(info)}, whose name is too long: rename the file")
    if len(names) > _MAX_DEPTH:
        raise InvalidCode(f"The code has the entry {_shown(info)} in more than {_MAX_DEPTH} folders: move the file up")
    return path


def _check_method(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise InvalidCode(f"The code has the encrypted entry {_shown(info)}: zip it without a password")
    if info.compress_type not in _METHODS:
        raise InvalidCode(
            f"The code has the entry {_shown(info)}, which is compressed by another method than deflate: "
            "zip it with deflate"
        )


def _without_duplicates(entries: Iterable[Entry]) -> list[Entry]:
    files: dict[PurePosixPath, Entry] = {}
    folders: dict[PurePosixPath, Entry] = {}
    for entry in entries:
        for folder in (entry.path, *entry.path.parents) if entry.is_folder else entry.path.parents:
            folders.setdefault(folder, entry)
        if not entry.is_folder and not _is_same(files.setdefault(entry.path, entry), entry):
            raise InvalidCode(f"The code has two files {_shown(entry.info)}: leave out one of them")
    for path in files.keys() & folders.keys():
        raise InvalidCode(f"The code has {_shown(files[path].info)} as a file and as a folder: rename one of them")
    return [*files.values(), *(folder for path, folder in folders.items() if folder.path == path)]


def _is_same(first: Entry, second: Entry) -> bool:
    return (first.info.CRC, first.info.file_size) == (second.info.CRC, second.info.file_size)


def _shown(info: zipfile.ZipInfo) -> str:
    """Quote a name, which may be anything, so that it can be printed."""
    name = info.orig_filename
    shown = name if name.isprintable() else ascii(name)[1:-1]
    return f"[{shown if len(shown) <= _MAX_SHOWN else f'{shown[:_MAX_SHOWN]}…'}]"
