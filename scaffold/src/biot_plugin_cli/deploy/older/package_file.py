"""A package in a file, such as an artefact of a pipeline: its content is hashed, whatever is said of it."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.content_hash import Digest, content_hash
from biot_plugin_cli.archive.size_limits import MAX_UNPACKED_BYTES, MAX_ZIPPED_BYTES
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.package.sbom import COMMIT, CONTENT_HASH, HANDLER, RUNTIME
from biot_plugin_cli.terminal.byte_sizes import format_size

__all__ = ["PackageFile", "read_package_file"]

_PIECE = 1024 * 1024
_EXECUTABLE = 0o100
_MAX_BILL_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A package in a file.

    Attributes:
        name: The name of the file.
        content: Its content.
        content_hash: The content hash of the code in it.
        properties: What the bill of materials beside it says of the plugin; empty without one, or with one of another
            package.
    """

    name: str
    content: bytes = field(repr=False)
    content_hash: str
    properties: Mapping[str, str]

    @property
    def commit(self) -> str | None:
        """What is recorded of its commit; None for nothing."""
        return self.properties.get(COMMIT)

    @property
    def runtime(self) -> str | None:
        """Its runtime; None if it is unknown."""
        return self.properties.get(RUNTIME)

    @property
    def handler(self) -> str | None:
        """Its entry point; None if it is unknown."""
        return self.properties.get(HANDLER)


def read_package_file(path: Path) -> PackageFile:
    """Read a package.

    Args:
        path: The zip file.

    Raises:
        OperationFailed: It cannot be read, or is no package.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_ZIPPED_BYTES + 1)
        if len(content) > MAX_ZIPPED_BYTES:
            raise _invalid(path, f"it is larger than {format_size(MAX_ZIPPED_BYTES)}")
        with zipfile.ZipFile(path) as archive:
            digest = _hash(archive, path)
    except OSError as error:
        raise OperationFailed(f"Cannot read {path} ({error.strerror}): pass the path of a package") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _invalid(path, "it is no zip file, or damaged") from error
    return PackageFile(path.name, content, digest, _read_properties(path.with_suffix(".cdx.json"), digest))


def _hash(archive: zipfile.ZipFile, path: Path) -> str:
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    # What a zip says of its sizes is what is read of it at most.
    if sum(entry.file_size for entry in files) > MAX_UNPACKED_BYTES:
        raise _invalid(path, f"it has more than {format_size(MAX_UNPACKED_BYTES)} unpacked")
    return content_hash(_digest(archive, entry) for entry in files)


def _digest(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Digest:
    sha256 = hashlib.sha256()
    with archive.open(entry) as content:
        while piece := content.read(_PIECE):
            sha256.update(piece)
    return Digest(entry.filename, sha256.hexdigest(), bool((entry.external_attr >> 16) & _EXECUTABLE))


def _read_properties(path: Path, digest: str) -> dict[str, str]:
    """Read what the bill of materials says of the plugin, if it is that of this package."""
    try:
        with path.open("rb") as file:
            document: Any = read_json(file.read(_MAX_BILL_BYTES))
        pairs = document["metadata"]["component"]["properties"]
        properties = {str(item["name"]): str(item["value"]) for item in pairs}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return properties if properties.get(CONTENT_HASH) == digest else {}


def _invalid(path: Path, reason: str) -> OperationFailed:
    return OperationFailed(f"{path} is no package ({reason}): pass a file that biot-plugin package has written")
