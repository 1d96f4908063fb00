"""Distributions that are on no index: their files are taken from where they are installed."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from biot_plugin_cli.dependencies.locked_distribution import Locked, Origin
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed

__all__ = ["copy_installed", "installed_files"]

_NO_CODE = ("__pycache__", ".DS_Store")


def installed_files(one: Locked, root: Path) -> dict[str, Path]:
    """Find the files of an installed distribution.

    Args:
        one: The distribution, which has an `Origin`.
        root: The plugin's repository; its own environment is looked into first, then this program's.

    Returns:
        Where each file is, by its path below the folder that Python searches.

    Raises:
        OperationFailed: It is not installed, or from another place or in another version than the lock says.
        InvalidPlugin: It is installed in a way that does not tell which files are its own.
    """
    refusals = []
    for folder in _environments(root):
        for found in metadata.distributions(name=one.name, path=[folder]):
            if (refusal := _differs(found, one)) is None:
                return _files(found, one.name)
            refusals.append(f", only {refusal}")
    raise OperationFailed(
        f"{one.name} is on no package index and not installed here from {_place(one)}{(refusals or [''])[0]}: "
        "run make setup, which installs it"
    )


def copy_installed(files: Mapping[str, Path], folder: Path) -> None:
    """Copy the files of a distribution into a folder, and record them there."""
    for name, file in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / name)
    for name in files:
        if name.endswith(".dist-info/RECORD"):
            with (folder / name).open("w", encoding="utf-8", newline="") as record:
                csv.writer(record, lineterminator="\n").writerows((path, "", "") for path in sorted(files))


def _environments(root: Path) -> Iterator[str]:
    yield from (str(folder) for folder in sorted((root / ".venv").glob("lib/python3.*/site-packages")))
    yield from (entry for entry in sys.path if entry)


def _place(one: Locked) -> str:
    return one.source.place if isinstance(one.source, Origin) else "its index"


def _differs(found: metadata.Distribution, one: Locked) -> str | None:
    """Tell how an installed distribution differs from the locked one."""
    if one.version is not None and found.version != one.version:
        return f"in version {found.version}, while the lock says {one.version}"
    record = json.loads(found.read_text("direct_url.json") or "{}")
    origin = one.source
    if not isinstance(origin, Origin) or not record:
        return "from a package index"
    if origin.commit is not None:
        commit = record.get("vcs_info", {}).get("commit_id")
        return None if commit == origin.commit else f"from {record['url']}{f' at {commit}' if commit else ''}"
    folder = _local(record)
    return None if folder == Path(origin.place).resolve() else f"from {folder or record['url']}"


def _local(record: dict[str, Any]) -> Path | None:
    url: str = record.get("url", "")
    return Path(url2pathname(urlsplit(url).path)).resolve() if url.startswith("file:") else None


def _files(found: metadata.Distribution, name: str) -> dict[str, Path]:
    files = {str(file): Path(str(found.locate_file(file))) for file in found.files or ()}
    own = {path: file for path, file in files.items() if not path.startswith(("..", "/")) and _is_code(Path(path))}
    links = [path for path in own if path.endswith(".pth")]
    for link in links:
        own |= _linked(own.pop(link), name)
    if all(".dist-info" in path for path in own):
        raise InvalidPlugin(
            f"{name} is installed as a link that does not tell its files: build its wheel, and name that in "
            "[tool.uv.sources]"
        )
    return own


def _linked(link: Path, name: str) -> dict[str, Path]:
    """Find the files of a distribution that is installed as a link to the folder of its sources."""
    files: dict[str, Path] = {}
    for line in link.read_text(encoding="utf-8").splitlines():
        folder = Path(line)
        if not line or line.startswith("import ") or not folder.is_dir():
            continue
        # A folder of nothing but sources is all of it; in a project's own folder there is much else.
        everything = not (folder / "pyproject.toml").exists()
        module = name.replace("-", "_")
        for top in folder.iterdir() if everything else (folder / module, folder / f"{module}.py"):
            files |= {str(path.relative_to(folder)): path for path in _below(top)}
    return files


def _below(top: Path) -> Iterator[Path]:
    inside = top.rglob("*") if top.is_dir() else (top,)
    return (path for path in inside if path.is_file() and _is_code(path.relative_to(top.parent)))


def _is_code(path: Path) -> bool:
    return not any(part in _NO_CODE or part.endswith(".egg-info") for part in path.parts)
