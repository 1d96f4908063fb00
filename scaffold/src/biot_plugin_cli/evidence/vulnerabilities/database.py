"""A database of vulnerabilities in the OSV format, as a file: the `all.zip` of an ecosystem, a folder, or JSON.

Nothing is asked of anybody: the file is a snapshot, and its hash and the time of its newest record are kept with what
was found in it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.evidence.software.headers import normalised

__all__ = ["ECOSYSTEM", "Snapshot", "affected_packages", "read_snapshot"]

ECOSYSTEM = "PyPI"
"""The ecosystem whose packages are looked up by name."""

_MAX_RECORD_BYTES = 16_000_000
_MAX_RECORDS = 2_000_000
_ADVICE = "pass the all.zip of https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip, a folder or a JSON file"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a database says of some packages.

    Attributes:
        name: The name of the file or folder, or the address that was asked.
        sha256: The hash of the file, or of what is in the folder; None for an address.
        newest: When the newest of its records was changed; None for an address, and for an empty database.
        records: How many it has; None for an address.
        withdrawn: How many of those that concern the packages were withdrawn, and do not count.
        matching: The other records that concern the packages, by id.
    """

    name: str
    sha256: str | None
    newest: str | None
    records: int | None
    withdrawn: int
    matching: Mapping[str, Mapping[str, Any]]


def read_snapshot(path: Path, names: Collection[str]) -> Snapshot:
    """Read what a database says of packages.

    Args:
        path: The zip file, folder or JSON file.
        names: The normalised names of the packages.

    Raises:
        UsageError: It cannot be read, or is no such database.
    """
    newest, count, withdrawn = "", 0, 0
    matching: dict[str, Mapping[str, Any]] = {}
    hashes: list[str] = []
    try:
        for place, content in _documents(path):
            hashes.append(f"{hashlib.sha256(content).hexdigest()}  {place}\n")
            for record in _records(content, f"{path}: {place}"):
                count += 1
                newest = max(newest, str(record.get("modified") or ""))
                if count > _MAX_RECORDS:
                    raise UsageError(f"{path} has more than {_MAX_RECORDS} records: {_ADVICE}")
                if _concerns(record, names):
                    withdrawn += bool(record.get("withdrawn"))
                    matching |= {} if record.get("withdrawn") else {record["id"]: record}
        sha256 = hashlib.sha256("".join(hashes).encode()).hexdigest() if path.is_dir() else hash_file(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): {_ADVICE}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UsageError(f"{path} is no zip file, or damaged: {_ADVICE}") from error
    if not count:
        raise UsageError(f"{path} has no records of vulnerabilities: {_ADVICE}")
    return Snapshot(path.name, sha256, newest or None, count, withdrawn, dict(sorted(matching.items())))


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield file.relative_to(path).as_posix(), _limited(file.stat().st_size, file.name) or file.read_bytes()
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                if entry.filename.endswith(".json"):
                    yield entry.filename, _limited(entry.file_size, entry.filename) or archive.read(entry)
    else:
        yield path.name, _limited(path.stat().st_size, path.name, 20) or path.read_bytes()


def _limited(size: int, name: str, times: int = 1) -> bytes:
    if size > times * _MAX_RECORD_BYTES:
        raise UsageError(f"{name} is larger than any record of a vulnerability: {_ADVICE}")
    return b""


def _records(content: bytes, place: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place} is not JSON: {_ADVICE}") from error
    if isinstance(document, dict) and isinstance(document.get("vulns"), list):
        document = document["vulns"]
    records = document if isinstance(document, list) else [document]
    if not all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in records):
        raise UsageError(f"{place} is no record of a vulnerability in the OSV format: {_ADVICE}")
    return records


def _concerns(record: Mapping[str, Any], names: Collection[str]) -> bool:
    return any(name in names for name, _ in affected_packages(record))


def affected_packages(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the normalised name of each package of the ecosystem that a record is about, with what it says of it."""
    for affected in record.get("affected") or ():
        package = affected.get("package") if isinstance(affected, Mapping) else None
        if isinstance(package, Mapping) and package.get("ecosystem") == ECOSYSTEM:
            yield normalised(str(package.get("name"))), affected
