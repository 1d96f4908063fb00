"""The records in a folder of evidence: written, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.integrity.hash_list import HashList
from biot_plugin_cli.http.json_document import read_json

__all__ = ["encode", "expecting_records", "read_records"]

_SUFFIX = ".json"
_NEEDED = frozenset(
    [
        *("release", "package-files", "sbom.cdx", "soup", "vulnerabilities", "configuration"),
        *("tests", "requirements", "check", "deployments"),
    ]
)


def encode(record: Any) -> bytes:
    """Encode a record; equal records have equal bytes."""
    return (json.dumps(record, indent=2) + "\n").encode()


@contextmanager
def expecting_records(folder: Path) -> Iterator[None]:
    """Let records of another form be an error of whoever wrote them.

    Raises:
        OperationFailed: A record lacks a member, or has one of another type.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise OperationFailed(
            f"{folder} has records of another form ({type(error).__name__}: {error}): pass a folder that biot-plugin "
            "evidence has made, of the same version"
        ) from error


def read_records(folder: Path, listed: HashList) -> Mapping[str, Any]:
    """Read the records of a folder whose hashes were compared.

    Args:
        folder: The folder.
        listed: Its list.

    Raises:
        OperationFailed: A record is missing, or is not JSON.
    """
    names = [name for name in listed.files if name.endswith(_SUFFIX) and "/" not in name]
    missing = sorted(_NEEDED - {name.removesuffix(_SUFFIX) for name in names})
    if missing:
        raise OperationFailed(
            f"{folder} has no {missing[0]}{_SUFFIX}: pass a folder that biot-plugin evidence has made"
        )
    try:
        return {name.removesuffix(_SUFFIX): read_json((folder / name).read_bytes()) for name in names}
    except (OSError, ValueError) as error:
        raise OperationFailed(
            f"{folder} has a record that cannot be read ({error}): take a copy that was not changed"
        ) from error
