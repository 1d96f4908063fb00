"""A plugin's package: its own files and what they need, in one zip that runs on Lambda as it is.

    pyproject.toml + lock -> what is needed -> dependencies + own files -> zip -> sizes, hashes, bill of materials

The same input makes the same bytes, from any folder and on any day. The dependencies come first in the archive, for
they are packed once and kept; the plugin's own files follow. Both are in the order of their names.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from biot_plugin_cli._bytecode import SyntaxProblem, compile_tree
from biot_plugin_cli._cache import cache_folder
from biot_plugin_cli._content import Digest, content_hash
from biot_plugin_cli._dependencies import Dependencies, Progress, build_dependencies
from biot_plugin_cli._errors import InvalidPlugin, OperationFailed, PluginImportError
from biot_plugin_cli._interpreters import find_interpreter, plugin_python
from biot_plugin_cli._lock import Project, locked_distributions
from biot_plugin_cli._locked import Locked, Wheel, require_wheels
from biot_plugin_cli._manifest import Manifest
from biot_plugin_cli._own_files import own_entries
from biot_plugin_cli._sbom import bill_of_materials
from biot_plugin_cli._sizes import Part, check_limits, measure
from biot_plugin_cli._target import Target
from biot_plugin_cli._zip import Entry, append

__all__ = ["Package", "build_package", "compiling_python"]


@dataclass(frozen=True, slots=True)
class Package:
    """A package on this machine.

    Attributes:
        path: The zip.
        sha256: Of the zip's bytes, in hexadecimal.
        content_hash: Of what it runs (see `_content`): a package with another one is another version of the plugin.
        size: Bytes of the zip.
        unpacked_size: Bytes of what is in it.
        files: How many files are in it.
        sbom: The bill of materials beside it.
        parts: What takes how much of it, the largest first.
        notes: What people should know of it.
    """

    path: Path
    sha256: str
    content_hash: str
    size: int
    unpacked_size: int
    files: int
    sbom: Path
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


def compiling_python(manifest: Manifest) -> Path | None:
    """Find an interpreter of the plugin's runtime, which can compile for it; None when this machine has none."""
    try:
        return plugin_python(manifest.root, manifest.runtime)
    except OperationFailed:
        return find_interpreter(manifest.runtime)


def build_package(
    manifest: Manifest, python: Path | None, output: Path | None = None, *, progress: Progress = lambda _: None
) -> Package:
    """Make a plugin's package and its bill of materials.

    Args:
        manifest: The plugin.
        python: What compiles it, an interpreter of its runtime; it gets no bytecode when None.
        output: Where the zip goes; `dist/NAME.zip` in the plugin's repository when None.
        progress: Is told what is done, in a few words each.

    Raises:
        InvalidPlugin: It cannot run on Lambda, or is too large for it, or its lock is not right.
        PluginImportError: One of its own files is not valid for the runtime.
        OperationFailed: It cannot be made on this machine.
    """
    output = output or manifest.root / "dist" / f"{manifest.name}.zip"
    if output.is_dir():
        raise OperationFailed(f"{output} is a folder: name the zip that is to be made")
    target = Target(manifest.runtime)
    entries = own_entries(manifest.root, target)
    _check_handler(entries, manifest)
    project = Project.load(manifest.root)
    locked, note = locked_distributions(project, target)
    require_wheels(locked, target)
    dependencies = build_dependencies(project, locked, target, python, progress)
    _check_names(entries, dependencies)
    with tempfile.TemporaryDirectory(dir=cache_folder(manifest.root, "scratch")) as scratch:
        archive = Path(scratch) / "package.zip"
        shutil.copyfile(dependencies.archive, archive)
        progress("Adding the plugin's own files")
        append(archive, [*entries, *(_bytecode(entries, python, Path(scratch), target) if python else ())])
        notes = (note, None if python else _no_bytecode(target))
        return _finished(archive, output, manifest, entries, dependencies, locked, tuple(filter(None, notes)))


def _finished(
    archive: Path,
    output: Path,
    manifest: Manifest,
    entries: Iterable[Entry],
    dependencies: Dependencies,
    locked: Iterable[Locked],
    notes: tuple[str, ...],
) -> Package:
    """Measure a package, and put it and its bill of materials where they belong."""
    versions = {component.name: component.version for component in dependencies.components}
    parts = measure(archive, dependencies.owners, versions)
    content, size = archive.read_bytes(), archive.stat().st_size
    unpacked = sum(part.unpacked for part in parts)
    check_limits(size, unpacked, parts)
    hashed = content_hash([*dependencies.files, *map(Digest.of, entries)])
    wheels = {one.name: one.source.sha256 for one in locked if isinstance(one.source, Wheel) and one.source.sha256}
    bill = bill_of_materials(manifest, hashed, dependencies.components, wheels)
    sbom = output.with_suffix(".cdx.json")
    _publish(output, content)
    _publish(sbom, (json.dumps(bill, indent=2) + "\n").encode())
    files = sum(part.files for part in parts)
    return Package(output, hashlib.sha256(content).hexdigest(), hashed, size, unpacked, files, sbom, parts, notes)


def _check_handler(entries: Iterable[Entry], manifest: Manifest) -> None:
    """Refuse an entry point that is not there."""
    module = manifest.handler.rpartition(".")[0].replace(".", "/")
    if not {f"{module}.py", f"{module}/__init__.py"} & {entry.name for entry in entries}:
        raise InvalidPlugin(
            f"The handler {manifest.handler} is in {module}.py, which is not among the plugin's own files: "
            "make it, or let git track it, or name another handler in pyproject.toml"
        )


def _check_names(entries: Iterable[Entry], dependencies: Dependencies) -> None:
    """Refuse files of which one would hide another."""
    theirs = {_module(name): name for name in sorted(dependencies.owners, reverse=True)}
    mine = {entry.name for entry in entries}
    for name in sorted(mine):
        path = PurePosixPath(name)
        is_module = path.suffix == ".py" and (len(path.parts) == 1 or path.parts[1:] == ("__init__.py",))
        if name in dependencies.owners or (is_module and _module(name) in theirs):
            owner = dependencies.owners[name if name in dependencies.owners else theirs[_module(name)]]
            raise InvalidPlugin(f"{name} and the dependency {owner} are both {_module(name)!r}: rename yours")


def _module(name: str) -> str:
    top = PurePosixPath(name).parts[0]
    return top if top.endswith(".dist-info") else top.partition(".")[0]


def _bytecode(entries: Iterable[Entry], python: Path, scratch: Path, target: Target) -> Iterator[Entry]:
    stage = scratch / "own" / "task"
    for entry in entries:
        if entry.name.endswith(".py"):
            (stage / entry.name).parent.mkdir(parents=True, exist_ok=True)
            (stage / entry.name).write_bytes(entry.content)
    if not stage.exists():
        return
    try:
        compile_tree(python, stage, workers=1)  # for a few files, starting more takes longer than compiling
    except SyntaxProblem as problem:
        raise PluginImportError(f"The plugin cannot be imported by {target.runtime}: {problem}") from problem
    for path in stage.rglob("*.pyc"):
        yield Entry(path.relative_to(stage).as_posix(), path.read_bytes())


def _no_bytecode(target: Target) -> str:
    return (
        f"There is no {target.runtime} on this machine, so the package has no bytecode and every cold start compiles "
        "it: install it, or package where it is"
    )


def _publish(file: Path, content: bytes) -> None:
    """Write a file, or leave it as it was."""
    beside = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise OperationFailed(f"{file} cannot be written ({error.strerror}): choose another place") from error
