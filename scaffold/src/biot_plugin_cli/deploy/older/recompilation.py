"""The package in a file with bytecode that is made here.

The content hash leaves bytecode out, and Lambda runs it without a look at its source. So that of a file, which anybody
may have written, is never deployed.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

from biot_plugin_cli.archive.bytecode import SyntaxProblem, compile_tree
from biot_plugin_cli.archive.entry_paths import locate, name_of
from biot_plugin_cli.archive.zip_file import Entry, write_zip
from biot_plugin_cli.deploy.older.package_file import PackageFile
from biot_plugin_cli.package.compilation import no_bytecode_note
from biot_plugin_cli.package.exclusions import BYTECODE_FOLDER
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.terminal.console import err
from biot_plugin_cli.terminal.scratch import temporary_folder

__all__ = ["with_own_bytecode"]

_EXECUTABLE = 0o100


def with_own_bytecode(package: PackageFile, runtime: str) -> bytes:
    """Return the zip file of a package, compiled by this machine's interpreter of the runtime, if it has one.

    Args:
        package: The package, whose content hash is that of code that was deployed.
        runtime: The runtime that it is for.

    Raises:
        OperationFailed: The interpreter does not run, or temporary files cannot be written.
    """
    with temporary_folder("biot-plugin-package-") as scratch:
        entries = list(_sources(package))
        if python := find_interpreter(runtime):
            entries += _compile(python, entries, scratch)
        else:
            err.print(f"note: {no_bytecode_note(Target(runtime))}", markup=False)
        write_zip(scratch / "package.zip", entries)
        return (scratch / "package.zip").read_bytes()


def _sources(package: PackageFile) -> list[Entry]:
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        return [
            Entry(entry.filename, archive.read(entry), bool((entry.external_attr >> 16) & _EXECUTABLE))
            for entry in archive.infolist()
            if not (entry.is_dir() or _is_bytecode(entry.filename))
        ]


def _is_bytecode(name: str) -> bool:
    path = Path(name)
    return path.suffix == ".pyc" and path.parent.name == BYTECODE_FOLDER


def _compile(python: Path, entries: list[Entry], scratch: Path) -> list[Entry]:
    folder = scratch / "sources" / "task"
    folder.mkdir(parents=True)
    for entry in entries:
        if entry.name.endswith(".py"):
            file = locate(folder, entry.name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(entry.content)
    # What cannot be compiled was deployed so: libraries have such files for other versions of Python.
    with suppress(SyntaxProblem):
        compile_tree(python, folder)
    return [Entry(name_of(folder, path), path.read_bytes()) for path in folder.rglob("*.pyc")]
