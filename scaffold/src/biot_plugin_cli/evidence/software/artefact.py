"""A package, read from the zip file itself: its files, and the texts in it that say what they belong to."""

from __future__ import annotations

import csv
import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from biot_plugin_cli.archive.size_limits import MAX_UNPACKED_BYTES
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.software.headers import headers_of, normalised, supplier_of

__all__ = ["VENDOR_FOLDERS", "VENDOR_LISTS", "VERSION_FILES", "Artefact", "PackagedFile", "read_artefact"]

VENDOR_FOLDERS = frozenset(["_vendor", "_vendored", "vendor", "vendored", "extern", "_extern", "third_party"])
"""The names of folders that have copies of others' software."""

VENDOR_LISTS = frozenset(["vendor.txt", "vendored.txt"])
"""The names of files in them that say what was copied, in which version."""

VERSION_FILES = ("__init__.py", "_version.py", "version.py", "__version__.py", "__about__.py")
"""The files of a Python package that may have its version."""

_DIST_INFO = ".dist-info"
_EXECUTABLE = 0o100
_MAX_TEXT_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file in a package.

    Attributes:
        name: Its path.
        sha256: The SHA-256 of its content.
        size: Its size in bytes.
        executable: Whether it is executable.
    """

    name: str
    sha256: str
    size: int
    executable: bool


@dataclass(frozen=True)
class Artefact:
    """A package that was read.

    Attributes:
        files: Its files, sorted by name.
        texts: The files that say something of others, by name.
        owners: The normalised name of the distribution that each file belongs to, as the distributions record it.
    """

    files: tuple[PackagedFile, ...]
    texts: Mapping[str, bytes] = field(repr=False)
    owners: Mapping[str, str] = field(repr=False)

    def owner_of(self, place: str) -> str | None:
        """Find the distribution that a file, or the first of the files in a folder, belongs to."""
        if place in self.owners:
            return self.owners[place]
        return next((owner for name, owner in self.owners.items() if name.startswith(f"{place}/")), None)

    def suppliers(self) -> dict[str, str]:
        """Say who makes each distribution, by its normalised name, where its metadata does."""
        headers = [headers_of(content) for name, content in self.texts.items() if _is_metadata_at_top(name)]
        named = ((normalised(fields.get("Name", "")), supplier_of(fields)) for fields in headers)
        return {name: supplier for name, supplier in named if supplier}

    def hash_of(self, distribution: str) -> str | None:
        """Hash the files of a distribution, as `hash_below` does."""
        return _hash(file for file in self.files if self.owners.get(file.name) == distribution)

    def hash_below(self, place: str) -> str | None:
        """Hash a file, or those in a folder: the SHA-256 of a line `SHA-256  NAME` for each; None for no file.

        Bytecode is left out, as it follows from the sources.
        """
        return _hash(file for file in self.files if file.name == place or file.name.startswith(f"{place}/"))


def read_artefact(path: Path) -> Artefact:
    """Read a package; its content is hashed, and nothing of it is written.

    Args:
        path: The zip file.

    Raises:
        OperationFailed: It cannot be read, or is no package.
    """
    texts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise _invalid(path, "it has more than Lambda takes")
            files = [_read(archive, entry, texts) for entry in entries]
    except OSError as error:
        raise OperationFailed(f"Cannot read {path} ({error.strerror}): pass the path of a package") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _invalid(path, "it is no zip file, or damaged") from error
    owners = {name: owner for names, owner in _recorded(texts) for name in names}
    return Artefact(tuple(sorted(files, key=lambda file: file.name)), dict(sorted(texts.items())), owners)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, texts: dict[str, bytes]) -> PackagedFile:
    content = archive.read(entry)
    if len(content) <= _MAX_TEXT_BYTES and _describes(PurePosixPath(entry.filename)):
        texts[entry.filename] = content
    executable = bool((entry.external_attr >> 16) & _EXECUTABLE)
    return PackagedFile(entry.filename, hashlib.sha256(content).hexdigest(), len(content), executable)


def _describes(path: PurePosixPath) -> bool:
    """Whether a file says something of others."""
    if any(part.endswith(_DIST_INFO) for part in path.parts[:-1]):
        return True
    is_vendored = not VENDOR_FOLDERS.isdisjoint(path.parts[:-1])
    is_module = path.suffix == ".py" and path.parent.name in VENDOR_FOLDERS
    return is_vendored and (is_module or path.name in (*VENDOR_LISTS, *VERSION_FILES))


def _recorded(texts: Mapping[str, bytes]) -> Iterator[tuple[list[str], str]]:
    """Yield the files that each distribution at the top records, with its normalised name."""
    for name, content in texts.items():
        if _is_metadata_at_top(name):
            folder = name.partition("/")[0]
            record = texts.get(f"{folder}/RECORD", b"").decode(errors="replace").splitlines()
            yield [row[0] for row in csv.reader(record) if row], normalised(headers_of(content).get("Name", folder))


def _is_metadata_at_top(name: str) -> bool:
    folder, _, file = name.partition("/")
    return folder.endswith(_DIST_INFO) and file == "METADATA"


def _hash(files: Iterable[PackagedFile]) -> str | None:
    lines = [f"{file.sha256}  {file.name}\n" for file in files if not file.name.endswith(".pyc")]
    return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest() if lines else None


def _invalid(path: Path, reason: str) -> OperationFailed:
    return OperationFailed(f"{path} is no package ({reason}): pass a file that biot-plugin package has written")
