"""Who deployed what, when and where from this folder: a line of JSON for each deployment, in a file that git ignores.

The platform knows what runs, and when it was changed, but shows to nobody who did it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.platform.response_schemas import Schema, matches
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["DeploymentRecord", "add_deployment", "read_deployments"]

_FILE = Path(".biot-plugin", "deployments.jsonl")
_SCHEMA: Schema = {
    "plugin": str,
    "place": str,
    "environment": (str, NoneType),
    "action": str,
    "version": (int, NoneType),
    "content_hash": (str, NoneType),
    "commit": (str, NoneType),
    "code_of": (int, NoneType),
    "time": (str, NoneType),
    "by": (str, NoneType),
}


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """A deployment.

    Attributes:
        plugin: The plugin's name.
        place: The platform's base URL, or the AWS account and region.
        environment: The name of the environment; None for none.
        action: `create` or `update`.
        version: The version after it.
        content_hash: The content hash of the code.
        commit: What is recorded of the commit, with `+changes` at the end where the folder had others.
        code_of: The older version whose code it is; None for none.
        time: When it was, by the platform's clock, as RFC 3339 has it.
        by: Who was logged in: `user NAME`, `service user ID`, or an identity of AWS.
    """

    plugin: str
    place: str
    environment: str | None
    action: str
    version: int | None
    content_hash: str | None
    commit: str | None
    code_of: int | None
    time: str | None
    by: str | None

    @property
    def document(self) -> Mapping[str, Any]:
        """The record as JSON for people and other programs."""
        fields = asdict(self)
        names = {"content_hash": "contentHash", "code_of": "codeOf"}
        return {names.get(name, name): value for name, value in fields.items()}


def add_deployment(root: Path, record: DeploymentRecord) -> None:
    """Add a deployment to the file.

    Args:
        root: The plugin's folder.
        record: The deployment.

    Raises:
        OperationFailed: It cannot be written.
    """
    file = root / _FILE
    write_atomically(file.with_name(".gitignore"), b"*\n")
    lines = _lines(file)
    write_atomically(file, "".join(f"{line}\n" for line in [*lines, json.dumps(asdict(record))]).encode())


def read_deployments(root: Path, plugin: str) -> list[DeploymentRecord]:
    """List the deployments of a plugin, the oldest first; lines that are damaged do not count.

    Args:
        root: The plugin's folder.
        plugin: The plugin's name.
    """
    records = [_parse(line) for line in _lines(root / _FILE)]
    return [record for record in records if record and record.plugin == plugin]


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8", errors="replace").split("\n") if line.strip()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OperationFailed(f"Cannot read {file} ({error.strerror}): make it readable, or remove it") from error


def _parse(line: str) -> DeploymentRecord | None:
    try:
        document = read_json(line.encode())
        return DeploymentRecord(**document) if matches(_SCHEMA, document) else None
    except (ValueError, TypeError):
        return None
