"""Bytecode that Lambda really uses.

Bytecode usually names the date of its source, and all dates in a package are the same, so Lambda would compile again on
every cold start. This one is of the kind that is not compared with its source (PEP 552). It is the same on every
machine with the same interpreter, whatever the folder and the number of processes.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import OperationFailed

__all__ = ["SyntaxProblem", "compile_entries", "compile_tree", "interpreter_build", "require_runtime"]

LAMBDA_ROOT = "/var/task"
"""Where Lambda has the package; tracebacks name it."""

_BUILD = "import sys, zlib; print(sys.implementation.cache_tag, sys.version)"
_PLACE = re.compile(rf'^ *File "{LAMBDA_ROOT}/(.+)", line (\d+)', re.MULTILINE)
_REASON = re.compile(r"^\w+(?:Error|Exception): .*", re.MULTILINE)


class SyntaxProblem(Exception):
    """Some source could not be compiled; the text tells where, and the compiler's reason."""


@functools.cache
def interpreter_build(python: Path) -> str:
    """Tell which build an interpreter is: the same build compiles the same.

    Raises:
        OperationFailed: It does not run.
    """
    try:
        done = subprocess.run([python, "-I", "-S", "-c", _BUILD], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise OperationFailed(f"{python} does not run, and would compile the package: run make setup") from error
    return done.stdout.strip()


def require_runtime(python: Path, runtime: str) -> None:
    """Make sure that an interpreter is of a runtime: Lambda would ignore the bytecode of another one.

    Raises:
        OperationFailed: It is not.
    """
    tag, _, version = interpreter_build(python).partition(" ")
    if tag != f"c{runtime.replace('.', '')}".replace("cpython", "cpython-"):
        raise OperationFailed(f"{python} is Python {version}, and the plugin's runtime is {runtime}: run make setup")


def compile_tree(python: Path, folder: Path, workers: int | None = None) -> None:
    """Compile every source file below a folder, each into the `__pycache__` beside it.

    Args:
        python: An interpreter of the runtime's version.
        folder: The folder, which Lambda will have at `LAMBDA_ROOT`; alone in the folder that it is in.
        workers: How many processes work at it; as many as there are processors when None.

    Raises:
        SyntaxProblem: Some files could not be compiled; all others are.
        OperationFailed: The interpreter does not run.
    """
    options = ["-q", "-j", str(workers or 0), "--invalidation-mode", "unchecked-hash"]
    # Python searches the working directory first: files of the plugin must not hide the standard library's.
    command = [str(python), "-s", "-S", "-m", "compileall", *options, "-s", str(folder), "-p", LAMBDA_ROOT, str(folder)]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder.parent, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise OperationFailed(f"{python} does not run, and would compile the package: run make setup") from error
    if done.returncode:
        raise SyntaxProblem(_explained(done.stdout + done.stderr))


def compile_entries(python: Path, entries: Iterable[Entry], scratch: Path) -> list[Entry]:
    """Compile the sources among a few files.

    Args:
        python: An interpreter of the runtime's version.
        entries: The files.
        scratch: A folder to work in.

    Returns:
        Their bytecode.

    Raises:
        SyntaxProblem: One could not be compiled.
        OperationFailed: The interpreter does not run.
    """
    folder = scratch / "own" / "task"
    folder.mkdir(parents=True)
    for entry in entries:
        if entry.name.endswith(".py"):
            (folder / entry.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / entry.name).write_bytes(entry.content)
    compile_tree(python, folder, workers=1)  # starting more would take longer than compiling
    return [Entry(path.relative_to(folder).as_posix(), path.read_bytes()) for path in folder.rglob("*.pyc")]


def _explained(said: str) -> str:
    """Tell the first problem in one line."""
    place, reason = _PLACE.search(said), _REASON.search(said)
    where = f"{place[1]}, line {place[2]}: " if place else ""
    return f"{where}{reason[0] if reason else ' '.join(said.split())}"
