"""Distributions from a folder or a git repository, which are copied from where they are installed."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_plugin_cli.archive import size_limits
from biot_plugin_cli.archive.entry_paths import locate, name_of
from biot_plugin_cli.archive.regular_files import read_file
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Origin
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.terminal.byte_sizes import format_size
from biot_plugin_cli.uv.file_urls import file_of
from biot_plugin_cli.uv.workspace import Workspace

if TYPE_CHECKING:
    from importlib import metadata

__all__ = ["copy_installed", "installed_files"]

_IGNORED = ("__pycache__", ".DS_Store")


def installed_files(distribution: LockedDistribution, root: Path) -> dict[str, Path]:
    """Find the files of an installed distribution.

    Args:
        distribution: The distribution, which has an `Origin`.
        root: The plugin's repository; its own environment is searched first, then this program's.

    Returns:
        The location of each file, by its path in `site-packages`.

    Raises:
        OperationFailed: It is not installed, or from another origin or in another version than the lock file says.
        InvalidPlugin: It is installed in a way that does not record its files.
    """
    from importlib import metadata

    mismatches = []
    for folder in _search_path(root):
        for installed in metadata.distributions(name=distribution.name, path=[folder]):
            if (mismatch := _mismatch(installed, distribution)) is None:
                files = _files(installed, distribution.name)
                _check_size(files, distribution.name)
                return files
            mismatches.append(f", only {mismatch}")
    raise OperationFailed(
        f"{distribution.name} is not installed from {_place(distribution)}{(mismatches or [''])[0]}: "
        "run make setup, which installs it"
    )


def copy_installed(files: Mapping[str, Path], folder: Path) -> None:
    """Copy the files of a distribution into a folder, and write a `RECORD` of them."""
    for name, file in files.items():
        content, executable = read_file(file)
        copy = locate(folder, name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        copy.chmod(0o755 if executable else 0o644)
    for name in files:
        if name.endswith(".dist-info/RECORD"):
            with (folder / name).open("w", encoding="utf-8", newline="") as record:
                csv.writer(record, lineterminator="\n").writerows((path, "", "") for path in sorted(files))


def _search_path(root: Path) -> Iterator[str]:
    # uv puts the environment of a workspace into its root.
    for project in dict.fromkeys((root, Workspace.find(root).root)):
        yield from (str(folder) for folder in sorted((project / ".venv").glob("lib/python3.*/site-packages")))
    foreign = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    yield from (entry for entry in sys.path if entry and entry not in foreign)


def _place(distribution: LockedDistribution) -> str:
    return distribution.source.place if isinstance(distribution.source, Origin) else "its index"


def _mismatch(installed: metadata.Distribution, locked: LockedDistribution) -> str | None:
    """Describe how an installed distribution differs from the locked one; None if it does not."""
    if locked.version is not None and installed.version != locked.version:
        return f"in version {installed.version}, while the lock file has {locked.version}"
    record = json.loads(installed.read_text("direct_url.json") or "{}")
    origin = locked.source
    if not isinstance(origin, Origin) or not record:
        return "from a package index"
    if origin.commit is not None:
        commit = record.get("vcs_info", {}).get("commit_id")
        return None if commit == origin.commit else f"from {record['url']}{f' at {commit}' if commit else ''}"
    folder = _local_folder(record)
    return None if folder == Path(origin.place).resolve() else f"from {folder or record['url']}"


def _local_folder(record: dict[str, Any]) -> Path | None:
    url: str = record.get("url", "")
    return file_of(url).resolve() if url.startswith("file:") else None


def _check_size(files: Mapping[str, Path], name: str) -> None:
    """Check the size before the files are read, which takes long where they are too large anyway."""
    size = sum(file.stat().st_size for file in files.values() if file.is_file())
    if size > size_limits.MAX_UNPACKED_BYTES:
        raise InvalidPlugin(
            f"{name} has {format_size(size)} unpacked, and Lambda allows "
            f"{format_size(size_limits.MAX_UNPACKED_BYTES)}: remove some of its files"
        )


def _files(installed: metadata.Distribution, name: str) -> dict[str, Path]:
    recorded = {str(file): locate(Path(), str(installed.locate_file(file))) for file in installed.files or ()}
    files = {path: file for path, file in recorded.items() if not path.startswith(("..", "/")) and _is_code(Path(path))}
    for link in [path for path in files if path.endswith(".pth")]:
        files |= _linked_files(files.pop(link), name)
    if all(".dist-info" in path for path in files):
        raise InvalidPlugin(
            f"{name} is an editable install that does not record its files: build its wheel, and use the wheel in "
            "[tool.uv.sources]"
        )
    return files


def _linked_files(link: Path, name: str) -> dict[str, Path]:
    """Find the files of an editable install, which is a link to its source folder."""
    files: dict[str, Path] = {}
    for line in link.read_text(encoding="utf-8").splitlines():
        folder = Path(line)
        if not line or line.startswith("import ") or not folder.is_dir():
            continue
        # A dedicated source folder contains the distribution alone; a project folder much else.
        is_dedicated = not (folder / "pyproject.toml").exists()
        module = name.replace("-", "_")
        for path in folder.iterdir() if is_dedicated else (folder / module, folder / f"{module}.py"):
            files |= {name_of(folder, file): file for file in _code_files(path)}
    return files


def _code_files(path: Path) -> Iterator[Path]:
    files = path.rglob("*") if path.is_dir() else (path,)
    return (file for file in files if file.is_file() and _is_code(file.relative_to(path.parent)))


def _is_code(path: Path) -> bool:
    return not any(part in _IGNORED or part.endswith(".egg-info") for part in path.parts)
