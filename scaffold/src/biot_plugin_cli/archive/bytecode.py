"""Bytecode that Lambda uses without recompiling.

By default bytecode records the date of its source file, which a package replaces by a fixed one, so that Lambda would
recompile on every cold start. The bytecode made here is unchecked hash-based (PEP 552). It is the same on every machine
with the same interpreter, whatever the folder and the number of processes.

It is what `compileall` makes, except that before Python 3.13 what that has loaded itself shows in its bytecode.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import marshal
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from biot_plugin_cli.archive.entry_paths import locate, name_of
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import exchange, run

__all__ = [
    "LAMBDA_ROOT",
    "SyntaxProblem",
    "compile_entries",
    "compile_tree",
    "compiler_sha256",
    "interpreter_build",
    "require_runtime",
]

LAMBDA_ROOT = "/var/task"
"""The folder of the package on Lambda, which appears in tracebacks."""

_BUILD = "import sys, zlib; print(sys.implementation.cache_tag, sys.version)"
_LINE = re.compile(r'^ *File ".+", line (\d+)', re.MULTILINE)
_REASON = re.compile(r"^\w+(?:Error|Exception): .*", re.MULTILINE)

_COMPILER = Path(__file__).with_name("compiler.py")
# The newest that every Python reads and writes alike.
_MARSHAL_VERSION = 2
_SOURCE, _BYTECODE_FOLDER = ".py", "__pycache__"
# Starting another process takes longer than compiling fewer.
_FILES_WORTH_A_PROCESS = 20

_Compiled: TypeAlias = tuple[dict[str, bytes], dict[str, str]]


class SyntaxProblem(Exception):
    """A source file cannot be compiled; the text has the location and the compiler's reason."""


@functools.cache
def interpreter_build(python: Path) -> str:
    """Return the build of an interpreter; equal builds compile to the same bytecode.

    Raises:
        OperationFailed: The interpreter does not run.
    """
    if _is_own(python):
        return f"{sys.implementation.cache_tag} {sys.version}"
    try:
        process = run([python, "-I", "-S", "-c", _BUILD], child_environment())
    except OSError as error:
        raise _interpreter_error(python) from error
    if process.returncode:
        raise _interpreter_error(python)
    return process.stdout.strip()


@functools.cache
def compiler_sha256() -> str:
    """Return the SHA-256 of the program that compiles, in hexadecimal."""
    return hashlib.sha256(_COMPILER.read_bytes()).hexdigest()


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
        folder: The folder.
        workers: Number of processes; as many as the processors and the files are worth when None.
        place: The folder that it becomes on Lambda.

    Raises:
        SyntaxProblem: A file cannot be compiled; all others are.
        OperationFailed: The interpreter does not run.
    """
    sources = {name_of(folder, file): file.read_bytes() for file in _source_files(folder)}
    bytecode, problems = _compile(python, sources, workers, place)
    for name, content in bytecode.items():
        file = locate(folder, name)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    _require_none(problems)


def compile_entries(python: Path, entries: Iterable[Entry]) -> list[Entry]:
    """Compile the source files among a few entries.

    Args:
        python: An interpreter of the runtime's version.
        entries: The entries; those that are not Python source files are ignored.

    Returns:
        The bytecode files.

    Raises:
        SyntaxProblem: A file cannot be compiled.
        OperationFailed: The interpreter does not run.
    """
    sources = {entry.name: entry.content for entry in entries if entry.name.endswith(_SOURCE)}
    bytecode, problems = _compile(python, sources, None, LAMBDA_ROOT)
    _require_none(problems)
    return [Entry(name, content) for name, content in bytecode.items()]


def _source_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        if _BYTECODE_FOLDER in folders:
            folders.remove(_BYTECODE_FOLDER)
        yield from (Path(parent, name) for name in names if name.endswith(_SOURCE))


def _compile(python: Path, sources: Mapping[str, bytes], workers: int | None, place: str) -> _Compiled:
    """Compile sources by name; return the bytecode by its name, and what is wrong with others by theirs."""
    names, bytecode, problems = sorted(sources), dict[str, bytes](), dict[str, str]()
    count = workers or min(os.cpu_count() or 1, -(-len(names) // _FILES_WORTH_A_PROCESS))
    shares = [{name: sources[name] for name in names[start::count]} for start in range(min(count, len(names)))]
    for compiled, wrong in _at_once(functools.partial(_compile_share, python, place), shares):
        bytecode |= compiled
        problems |= wrong
    return bytecode, problems


def _at_once(compile_share: Callable[[dict[str, bytes]], _Compiled], shares: list[dict[str, bytes]]) -> list[_Compiled]:
    if len(shares) < 2:
        return [*map(compile_share, shares)]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(shares)) as pool:
        return [*pool.map(compile_share, shares)]


def _compile_share(python: Path, place: str, sources: dict[str, bytes]) -> _Compiled:
    # Not isolated: Python would take no notice of the seed of hashes then.
    command = [python, "-s", "-S", _COMPILER, place]
    try:
        code, output, errors = exchange(command, child_environment(), marshal.dumps(sources, _MARSHAL_VERSION))
    except OSError as error:
        raise _interpreter_error(python) from error
    if code:
        return {}, {next(iter(sources)): errors.decode(errors="replace") or f"the compiler ended with {code}"}
    compiled: _Compiled = marshal.loads(output)  # noqa: S302 - of our own program
    return compiled


def _require_none(problems: Mapping[str, str]) -> None:
    for name in sorted(problems):
        raise SyntaxProblem(_summarise(name, problems[name]))


def _is_own(python: Path) -> bool:
    """Whether an interpreter is the one that runs this, perhaps by a link in a virtual environment."""
    with contextlib.suppress(OSError):
        return python.samefile(sys.executable)
    return False


def _interpreter_error(python: Path) -> OperationFailed:
    return OperationFailed(f"Cannot compile the package, {python} does not run: run make setup")


def _summarise(name: str, problem: str) -> str:
    """Summarise what the compiler says of a file in one line."""
    line, reason = _LINE.search(problem), _REASON.search(problem)
    place = f"{name}, line {line[1]}" if line else name
    return f"{place}: {reason[0] if reason else ' '.join(problem.split())}"
