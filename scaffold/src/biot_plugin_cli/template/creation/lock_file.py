"""The lock file of a new plugin, so that its first commit pins every dependency.

It is what `make setup` would write. uv asks the package index, for a limited time, and takes what it has in its cache
where that cannot be reached. Nothing depends on it: a plugin without a lock file gets one by its first `make setup`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import run
from biot_plugin_cli.terminal.scratch import scratch_folder
from biot_plugin_cli.uv.freshness import RESOLUTION_VARIABLES
from biot_plugin_cli.uv.program import find_uv
from biot_plugin_cli.uv.workspace import workspace_of_new

__all__ = ["LOCK", "lock_dependencies"]

LOCK = "uv.lock"
"""The name of the file."""

_PYPROJECT = "pyproject.toml"
# Of a plugin whose Python is too old for biot-plugin.
_TOOLS = ".tools"
_SCRATCH = ".new-plugin-"
_SECONDS = 60
# An index that does not answer is given up soon, and not tried again.
_IMPATIENT = {"UV_HTTP_RETRIES": "0", "UV_HTTP_CONNECT_TIMEOUT": "5"}
_RELATIVE_PATH = re.compile(r'(?<=")\.\./[^"\n]+(?=")')
# uv prints its reasons as a tree.
_DECORATION = re.compile(r"^[^\w`\"'(]*(?:(?:error|cause): )?", re.IGNORECASE)
_REPETITION = "error sending request"


def lock_dependencies(files: Path, destination: Path, runtime: str) -> str | None:
    """Write the lock file of a project.

    Args:
        files: The folder of its files, which gets the lock file; so does the project of tools in it, if there is one.
        destination: The absolute path of the folder that it will be in. Relative paths in the lock file are relative to
            that, so it is made in a folder beside it.
        runtime: The plugin's runtime.

    Returns:
        Why there is no lock file, as a clause; None if there is one.
    """
    uv = find_uv(destination)
    if uv is None:
        return "uv is not on this machine"
    python = find_interpreter(runtime)
    if python is None:
        return f"{runtime} is not on this machine"
    try:
        if workspace := workspace_of_new(destination):
            return f"the uv workspace {workspace} may have one for all of its members"
        with _folder_beside(destination) as folder:
            reasons = [
                _lock_project(uv, interpreter, files / name, folder / name)
                for name, interpreter in (("", python), (_TOOLS, Path(sys.executable)))
                if (files / name / _PYPROJECT).is_file()
            ]
        return next(filter(None, reasons), None)
    except InvalidPlugin as error:
        return str(error)
    except OSError as error:
        return f"a folder beside {destination} cannot be written ({error.strerror})"


def _lock_project(uv: Path, python: Path, files: Path, folder: Path) -> str | None:
    """Lock a project with the package index, or else without it; return the first reason if both fail."""
    folder.mkdir(exist_ok=True)
    (folder / _PYPROJECT).write_bytes((files / _PYPROJECT).read_bytes())
    reason = _run(uv, python, folder)
    if reason and _run(uv, python, folder, "--offline"):
        return reason
    # The folder beside a mount is on another file system.
    lock = _as_absolute_as_the_project((folder / LOCK).read_text(encoding="utf-8"), folder)
    (files / LOCK).write_text(lock, encoding="utf-8")
    return None


def _as_absolute_as_the_project(lock: str, folder: Path) -> str:
    """Name a folder as the project does, if it does so absolutely.

    Of what the framework's checkout needs from itself, uv writes paths that are relative to the project. They would
    make the lock out of date in a clone at another depth, and so in the work tree that a rollback builds a commit in.
    """
    project = (folder / _PYPROJECT).read_text(encoding="utf-8")

    def replace(match: re.Match[str]) -> str:
        absolute = os.path.normpath(folder / match[0])
        return absolute if f'"{absolute}"' in project else match[0]

    return _RELATIVE_PATH.sub(replace, lock)


def _run(uv: Path, python: Path, folder: Path, *options: str) -> str | None:
    environment = child_environment(_IMPATIENT, connections=True, indexes=True, more=RESOLUTION_VARIABLES)
    command = [uv, "lock", "--quiet", "--color", "never", "--python", python, *options]
    try:
        process = run(command, environment, folder, _SECONDS)
    except subprocess.TimeoutExpired:
        return f"uv took longer than {_SECONDS} s"
    if process.returncode == 0:
        return None
    lines = [_DECORATION.sub("", line).strip() for line in process.stderr.splitlines()]
    # The outermost error and the cause that is nearest to it say it all.
    reasons = [line.rstrip(".") for line in lines if line and not line.startswith(_REPETITION)]
    return ": ".join(reasons[:2]) or f"uv ended with exit status {process.returncode}"


@contextmanager
def _folder_beside(destination: Path) -> Iterator[Path]:
    """Create a temporary folder from which a relative path leads to where it leads from the destination."""
    real = destination.resolve()
    base = next(path for path in real.parents if path.exists())
    with scratch_folder(base, _SCRATCH) as scratch:
        folder = scratch.joinpath(*real.relative_to(base).parts[1:])
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
