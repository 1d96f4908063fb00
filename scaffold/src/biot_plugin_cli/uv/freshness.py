"""The question whether a lock file is up to date, put to uv."""

from __future__ import annotations

import enum
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import begin, run
from biot_plugin_cli.terminal.scratch import temporary_folder
from biot_plugin_cli.uv.settings import settings_home

__all__ = ["RESOLUTION_VARIABLES", "Answer", "Verdict", "ask", "asked_meanwhile"]

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


class Answer(NamedTuple):
    """What uv says about a lock file.

    Attributes:
        verdict: Whether it is up to date; unknown where a package index or an interpreter would be needed.
        reason: What has changed, in uv's own words; empty when it gives none.
    """

    verdict: Verdict
    reason: str = ""


class _Begun(NamedTuple):
    """A question that uv is answering.

    Attributes:
        command: The command line and the folder.
        process: The process.
    """

    command: tuple[object, ...]
    process: subprocess.Popen[str]


_begun: ContextVar[_Begun | None] = ContextVar("begun", default=None)


@contextmanager
def asked_meanwhile(uv: Path, project: Path, python: Path) -> Iterator[None]:
    """Have uv find the answer, without a network, while this program does something else.

    Within the context, `ask` waits for that answer if it has the same arguments. None of the files that they name may
    change until then.

    Raises:
        OSError: uv does not run.
        OperationFailed: The settings of the user cannot be read.
    """
    command = _command(uv, python, offline=True)
    with _environment() as environment:
        process = begin(command, environment, project)
        token = _begun.set(_Begun((*command, project), process))
        try:
            yield
        finally:
            _begun.reset(token)
            process.kill()
            process.communicate()


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
    command = _command(uv, python, offline=offline)
    if (answer := _answer_meanwhile(command, project)) is None:
        with _environment() as environment:
            answer = _run(command, project, environment)
    if answer.verdict is Verdict.FRESH:
        return answer
    own = _run(command, project, child_environment(connections=True, indexes=True, more=RESOLUTION_VARIABLES))
    return own if own.verdict is Verdict.FRESH else answer


def _command(uv: Path, python: Path, *, offline: bool) -> tuple[object, ...]:
    options = ("--check", "--verbose", "--color", "never", "--python", python, *(["--offline"] if offline else []))
    return (uv, "lock", *options)


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    with temporary_folder("biot-plugin-") as scratch:
        yield child_environment(settings_home(Path(scratch)), connections=True)


def _answer_meanwhile(command: tuple[object, ...], project: Path) -> Answer | None:
    """Wait for the answer to a question that was begun, if it is this one."""
    begun = _begun.get()
    if begun is None or begun.command != (*command, project) or begun.process.returncode is not None:
        return None
    _, errors = begun.process.communicate()
    return _parse(begun.process.wait(), errors)


def _run(command: tuple[object, ...], project: Path, environment: Mapping[str, str]) -> Answer:
    try:
        process = run(command, environment, project)
    except OSError:
        return Answer(Verdict.UNKNOWN)
    return _parse(process.returncode, process.stderr)


def _parse(exit_code: int, errors: str) -> Answer:
    if exit_code == 0:
        return Answer(Verdict.FRESH)
    # It names the reason before it tries to make another one, which may fail for want of an index.
    reason = _REASON.search(errors)
    if not reason and not _OUTDATED.search(errors):
        return Answer(Verdict.UNKNOWN)
    # A colon would separate it from what to do.
    return Answer(Verdict.STALE, reason["reason"].replace("`", "").replace(": ", " ").rstrip(": ") if reason else "")
