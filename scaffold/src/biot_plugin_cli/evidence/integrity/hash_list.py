"""The list of a folder's files with their hashes, `evidence.json`: the one file that a signature has to cover."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.http.json_document import read_json

__all__ = ["FILE_NAME", "SIGNATURES", "HashList", "is_plain_path", "read_hash_list"]

FILE_NAME = "evidence.json"
"""The name of the list."""

SIGNATURES = {"ssh": "evidence.json.sig", "openpgp": "evidence.json.asc"}
"""The name of a signature, by its format."""

FORMAT = "biot-plugin evidence 1"
_MAX_BYTES = 64_000_000
_PART = re.compile(r"[A-Za-z0-9_+][A-Za-z0-9._+ -]{0,199}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADVICE = "pass a folder that biot-plugin evidence has made"


@dataclass(frozen=True, slots=True)
class HashList:
    """The files of a folder.

    Attributes:
        plugin: The plugin's name.
        time: The time of the release; None if nobody knew.
        package: What identifies the package: `file`, `sha256`, `contentHash`, `bytes` and `imageDigest`.
        files: The SHA-256 of each file, by its path in the folder.
        content: The list as it was read; empty for a new one.
    """

    plugin: str
    time: str | None
    package: Mapping[str, Any]
    files: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, release: Mapping[str, Any], files: Mapping[str, bytes]) -> HashList:
        """List files.

        Args:
            release: The record of the release.
            files: The files, by their paths.
        """
        hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
        return cls(release["plugin"]["name"], release["time"], release["package"], hashes)

    @property
    def document(self) -> dict[str, Any]:
        """The list as JSON."""
        return {
            "format": FORMAT,
            "plugin": self.plugin,
            "time": self.time,
            "package": {**self.package},
            "files": {**self.files},
        }


def is_plain_path(name: str) -> bool:
    """Whether a path stays in its folder on every system, and has nothing that could hide another one."""
    return len(name) <= 400 and all(_PART.fullmatch(part) for part in name.split("/"))


def read_hash_list(folder: Path) -> HashList:
    """Read the list of a folder.

    Raises:
        OperationFailed: There is none, or it is invalid.
    """
    file = folder / FILE_NAME
    if file.is_symlink() or not file.is_file():
        raise OperationFailed(f"{folder} has no file {FILE_NAME}: {_ADVICE}")
    try:
        with file.open("rb") as opened:
            content = opened.read(_MAX_BYTES)
        document = read_json(content)
    except OSError as error:
        raise OperationFailed(f"Cannot read {file} ({error.strerror}): make it readable") from error
    except ValueError as error:
        raise OperationFailed(f"{file} is not JSON ({error}): {_ADVICE}") from error
    if problem := _find_problem(document):
        raise OperationFailed(f"{file} {problem}: {_ADVICE}")
    return HashList(document["plugin"], document["time"], document["package"], document["files"], content)


def _find_problem(document: Any) -> str | None:
    fields = document if isinstance(document, dict) else {}
    package, files = fields.get("package"), fields.get("files")
    if fields.get("format") != FORMAT:
        return "is of another format"
    if not isinstance(fields.get("plugin"), str) or not isinstance(fields.get("time", 0), str | None):
        return "names no plugin and time"
    if not isinstance(package, dict) or not _are_hashes(package.get(name) for name in ("sha256", "contentHash")):
        return "does not identify the package"
    if not isinstance(package.get("file"), str) or not is_plain_path(package["file"]) or "/" in package["file"]:
        return "does not name the package"
    if not isinstance(files, dict) or not files or not _are_hashes(files.values()):
        return "does not list files and their hashes"
    outside = next((name for name in files if not is_plain_path(name)), None)
    return None if outside is None else f"lists {outside[:100]!r}, which is no plain path in the folder"


def _are_hashes(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) and _SHA256.fullmatch(value) for value in values)
