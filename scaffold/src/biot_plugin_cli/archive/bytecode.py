"""Bytecode that Lambda uses without recompiling.

By default bytecode records the date of its source file, which a package replaces by a fixed one, so that Lambda would
recompile on every cold start. The bytecode made here is unchecked hash-based (PEP 552). It is the same on every machine
with the same interpreter, whatever the folder and the number of processes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path

from biot_plugin_cli.archive.entry_paths import locate, name_of
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import run

__all__ = ["LAMBDA_ROOT", "SyntaxProblem", "compile_entries", "compile_tree", "interpreter_build", "require_runtime"]

LAMBDA_ROOT = "/var/task"
"""The folder of the package on Lambda, which appears in tracebacks."""

_BUILD = "import sys, zlib; print(sys.implementation.cache_tag, sys.version)"
_LOCATION = re.compile(rf'^ *File "{LAMBDA_ROOT}/(.+)", line (\d+)', re.MULTILINE)
_REASON = re.compile(r"^\w+(?:Error|Exception): .*", re.MULTILINE)


class SyntaxProblem(Exception):
    """A source file cannot be compiled; the text has the location and the compiler's reason."""


@functools.cache
def interpreter_build(python: Path) -> str:
    """Return the build of an interpreter; equal builds compile to the same bytecode.

    Raises:
        OperationFailed: The interpreter does not run.
    """
    try:
        process = run([python, "-I", "-S", "-c", _BUILD], child_environment())
    except OSError as error:
        raise _interpreter_error(python) from error
    if process.returncode:
        raise _interpreter_error(python)
    return process.stdout.strip()


def require_runtime(python: Path, runtime: str) -> None:
    """Check that an interpreter has the version of a runtime, which ignores the bytecode of other versions.

    Raises:
        OperationFailed: It has another version.
    """
    tag, _, version = interpreter_build(python).partition(" ")
    if tag != f"c{runtime.replace('.', '')}".replace("cpython", "cpython-"):
        raise OperationFailed(f"{python} is Python {version}, but the plugin's runtime is {runtime}: run make setup")


def compile_tree(python: Path, folder: Path, workers: int | None = None, *, place: str = LAMBDA_ROOT) -> None:
    """Compile all source files in a folder and its subfolders into `__pycache__` folders.

    Args:
        python: An interpreter of the runtime's version.
        folder: The folder; its parent must contain nothing else.
        workers: Number of processes; one for each processor when None.
        place: The folder that it becomes on Lambda.

    Raises:
        SyntaxProblem: A file cannot be compiled; all others are.
        OperationFailed: The interpreter does not run.
    """
    options = ["-q", "-j", str(workers or 0), "--invalidation-mode", "unchecked-hash"]
    # Python imports from the working directory first, where the plugin's modules could hide the standard library's.
    command = [str(python), "-s", "-S", "-m", "compileall", *options, "-s", str(folder), "-p", place, str(folder)]
    try:
        process = run(command, child_environment(), folder.parent)
    except OSError as error:
        raise _interpreter_error(python) from error
    if process.returncode:
        raise SyntaxProblem(_first_problem(process.stdout + process.stderr))


def compile_entries(python: Path, entries: Iterable[Entry], scratch: Path) -> list[Entry]:
    """Compile the source files among a few entries.

    Args:
        python: An interpreter of the runtime's version.
        entries: The entries; those that are not Python source files are ignored.
        scratch: A folder for temporary files.

    Returns:
        The bytecode files.

    Raises:
        SyntaxProblem: A file cannot be compiled.
        OperationFailed: The interpreter does not run.
    """
    folder = scratch / "sources" / "task"
    folder.mkdir(parents=True)
    for entry in entries:
        if entry.name.endswith(".py"):
            file = locate(folder, entry.name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(entry.content)
    compile_tree(python, folder, workers=1)  # starting more would take longer than compiling
    return [Entry(name_of(folder, path), path.read_bytes()) for path in folder.rglob("*.pyc")]


def _interpreter_error(python: Path) -> OperationFailed:
    return OperationFailed(f"Cannot compile the package, {python} does not run: run make setup")


def _first_problem(output: str) -> str:
    """Summarise the first problem of the compiler's output in one line."""
    location, reason = _LOCATION.search(output), _REASON.search(output)
    prefix = f"{location[1]}, line {location[2]}: " if location else ""
    return f"{prefix}{reason[0] if reason else ' '.join(output.split())}"
