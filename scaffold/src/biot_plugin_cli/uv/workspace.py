"""The uv workspace that a project is a member of: its root has the lock file and the settings of all members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from os.path import normpath
from pathlib import Path
from typing import Any, NamedTuple

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.terminal.toml_file import parse_toml

__all__ = ["Workspace", "load_pyproject", "workspace_of_new"]

_Table = Mapping[str, Any]


class Workspace(NamedTuple):
    """A uv workspace; a project that is in none is a workspace of its own.

    Attributes:
        root: Its folder.
        document: The pyproject.toml of the root.
        explicit: Whether the root declares a workspace.
    """

    root: Path
    document: _Table
    explicit: bool

    @classmethod
    def find(cls, project: Path) -> Workspace:
        """Find the workspace of a project, as uv does: the nearest folder above that declares one decides.

        Args:
            project: The folder of the project.

        Raises:
            InvalidPlugin: A pyproject.toml cannot be read.
        """
        project = project.resolve()
        for folder in (project, *project.parents):
            if folder != project and not (folder / "pyproject.toml").is_file():
                continue
            document = load_pyproject(folder)
            table = _uv(document).get("workspace")
            if table is None:
                continue
            if folder == project or project in _folders(folder, table):
                return cls(folder, document, explicit=True)
            break
        return cls(project, load_pyproject(project), explicit=False)

    @property
    def uv(self) -> _Table:
        """`[tool.uv]` of the root."""
        return _uv(self.document)

    def members(self) -> dict[Path, _Table]:
        """Load the pyproject.toml of each project in it, by folder.

        Raises:
            InvalidPlugin: One cannot be read.
        """
        folders = [self.root, *_folders(self.root, self.uv.get("workspace", {}))] if self.explicit else [self.root]
        documents = {folder: load_pyproject(folder) for folder in folders}
        return {folder: document for folder, document in documents.items() if "project" in document}


def workspace_of_new(folder: Path) -> Path | None:
    """Find the workspace that a new project in a folder may be a member of; return its folder.

    Whether the folder is excluded does not count: a temporary one beside it may not be.

    Raises:
        InvalidPlugin: A pyproject.toml above cannot be read.
    """
    folder = folder.resolve()
    for root in folder.parents:
        if not (root / "pyproject.toml").is_file():
            continue
        table = _uv(load_pyproject(root)).get("workspace")
        if table is None:
            continue
        return root if _has_pattern_of(folder, root, table.get("members", ())) else None
    return None


def load_pyproject(folder: Path) -> _Table:
    """Load the pyproject.toml in a folder. It is read each time, and parsed again only if it has changed.

    Raises:
        InvalidPlugin: It cannot be read.
    """
    file = folder / "pyproject.toml"
    try:
        return _parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidPlugin(f"Cannot read {file}: {error}") from error


@lru_cache(maxsize=16)
def _parse(text: str) -> _Table:
    return parse_toml(text)


def _uv(document: _Table) -> _Table:
    table: _Table = document.get("tool", {}).get("uv", {})
    return table


def _has_pattern_of(folder: Path, root: Path, patterns: Any) -> bool:
    return any(_fits(folder.parts, Path(normpath(root / pattern)).parts) for pattern in patterns)


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[start:], pattern[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _folders(root: Path, table: _Table) -> list[Path]:
    excluded = set(_matches(root, table.get("exclude", ())))
    found = (folder for folder in _matches(root, table.get("members", ())) if folder not in excluded)
    return sorted({folder for folder in found if (folder / "pyproject.toml").is_file() and folder != root})


def _matches(root: Path, patterns: Any) -> Iterator[Path]:
    for pattern in patterns:
        # Patterns such as "../other" and "./plugin" are allowed, and glob normalises neither.
        parts = Path(pattern).parts
        base, rest = root, list(parts)
        while rest and not any(character in rest[0] for character in "*?["):
            base = base / rest.pop(0)
        yield from ([base.resolve()] if not rest else (path.resolve() for path in base.glob(str(Path(*rest)))))
