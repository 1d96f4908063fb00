"""The question whether a lock file is up to date, put to uv."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import run
from biot_plugin_cli.terminal.scratch import temporary_folder
from biot_plugin_cli.uv.settings import settings_home

__all__ = ["RESOLUTION_VARIABLES", "Answer", "Verdict", "ask"]

_OUTDATED = re.compile(r"needs to be updated")
_REASON = re.compile(r"(?:Resolving despite|Ignoring) existing lockfile due to (?P<reason>[^\n]+)")
RESOLUTION_VARIABLES = frozenset(
    [
        *("UV_RESOLUTION", "UV_PRERELEASE", "UV_FORK_STRATEGY", "UV_EXCLUDE_NEWER", "UV_NO_SOURCES"),
        *("UV_INDEX_STRATEGY", "UV_CONFIG_FILE", "XDG_CONFIG_DIRS"),
    ]
)
"""What uv records in a lock file, and a user may set for all projects."""


class Verdict(enum.Enum):
    """Whether a lock file is up to date."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What uv says about a lock file.

    Attributes:
        verdict: Whether it is up to date; unknown where a package index or an interpreter would be needed.
        reason: What has changed, in uv's own words; empty when it gives none.
    """

    verdict: Verdict
    reason: str = ""


def ask(uv: Path, project: Path, python: Path, *, offline: bool) -> Answer:
    """Ask uv whether the lock file of a project is up to date.

    It is also if it is with the settings of the user alone, with which it may have been made.

    Args:
        uv: The uv to run.
        project: The folder of the project.
        python: The interpreter to resolve with.
        offline: Whether to use no network, which uv needs only for a lock file that is not up to date.

    Raises:
        OperationFailed: The settings of the user cannot be read.
    """
    with temporary_folder("biot-plugin-") as scratch:
        answer = _run(uv, project, python, offline, child_environment(settings_home(Path(scratch)), connections=True))
    if answer.verdict is Verdict.FRESH:
        return answer
    own = _run(
        uv, project, python, offline, child_environment(connections=True, indexes=True, more=RESOLUTION_VARIABLES)
    )
    return own if own.verdict is Verdict.FRESH else answer


def _run(uv: Path, project: Path, python: Path, offline: bool, environment: dict[str, str]) -> Answer:
    options = ["--check", "--verbose", "--color", "never", "--python", python, *(["--offline"] if offline else [])]
    try:
        process = run([uv, "lock", *options], environment, project)
    except OSError:
        return Answer(Verdict.UNKNOWN)
    if process.returncode == 0:
        return Answer(Verdict.FRESH)
    # It names the reason before it tries to make another one, which may fail for want of an index.
    reason = _REASON.search(process.stderr)
    if not reason and not _OUTDATED.search(process.stderr):
        return Answer(Verdict.UNKNOWN)
    # A colon would separate it from what to do.
    return Answer(Verdict.STALE, reason["reason"].replace("`", "").replace(": ", " ").rstrip(": ") if reason else "")
