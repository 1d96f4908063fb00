"""The results of other commands: `check`, which runs here, and `replay`, whose report is a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.check.report import check_document
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.evidence.report_file import read_report
from biot_plugin_cli.http.json_document import read_json

__all__ = ["ReplayReport", "check_record", "read_replay_report"]

_ADVICE = "pass a file that biot-plugin replay --json has written"
_MEMBERS: Mapping[str, type] = {"events": int, "differences": list, "accepted": list}


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A report of `biot-plugin replay --json`.

    Attributes:
        name: The name of the file.
        content: Its content.
        document: What is in it.
    """

    name: str
    content: bytes
    document: Mapping[str, Any]

    @property
    def record(self) -> dict[str, Any]:
        """What a record has of it: how many events, against what, and which replies differ."""
        return {
            "name": self.name,
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "events": self.document["events"],
            "against": self.document.get("against"),
            "code": self.document.get("code"),
            "exitCode": self.document.get("exitCode"),
            "differences": self.document["differences"],
            "accepted": self.document["accepted"],
        }


def check_record(result: CheckResult) -> dict[str, Any]:
    """Create the record of what `biot-plugin check` finds."""
    return check_document(result)


def read_replay_report(path: Path) -> ReplayReport:
    """Read a report of `biot-plugin replay --json`.

    Raises:
        UsageError: It cannot be read, or is no such report.
    """
    content = read_report(path, _ADVICE)
    try:
        document = read_json(content)
    except ValueError as error:
        raise UsageError(f"{path} is not JSON ({error}): {_ADVICE}") from error
    for name, kind in _MEMBERS.items():
        if not isinstance(document, dict) or not isinstance(document.get(name), kind) or document[name] is True:
            raise UsageError(f"{path} has no {name}, so it is no report of a replay: {_ADVICE}")
    return ReplayReport(path.name, content, document)
