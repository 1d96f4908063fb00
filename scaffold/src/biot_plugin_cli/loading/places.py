"""Where a file that the plugin's folder loads would be in a package."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Place", "Places"]

_INSTALLED = frozenset(["site-packages", "dist-packages"])
# What environments are made of, and metadata of distributions, which libraries search for entry points.
_OF_ENVIRONMENTS = (".dist-info", ".egg-info", ".pth", ".egg-link")


@dataclass(frozen=True, slots=True)
class Place:
    """A file that is loaded.

    Attributes:
        kind: Whether it is the plugin's `own`, `installed`, or `outside` of both.
        path: Its absolute path on this machine.
        name: Its path in a package; the absolute path of what is outside.
        folder: The plugin's folder, or the folder of the search path that it is in.
    """

    kind: Literal["own", "installed", "outside"]
    path: str
    name: str
    folder: str


class Places:
    """Locates files.

    Args:
        root: The plugin's folder.
        search_path: Where the plugin's interpreter searches for modules.
    """

    def __init__(self, root: Path, search_path: Sequence[str]) -> None:
        self.roots = tuple(dict.fromkeys([str(root), os.path.realpath(root)]))
        folders = [folder for folder in dict.fromkeys(search_path) if folder not in self.roots]
        self._standard = [folder for folder in folders if _is_standard(folder)]
        self.installed = [folder for folder in folders if folder not in self._standard and not self._is_own(folder)]
        # The innermost one first: the environment is in the plugin's folder, which may be in a library's.
        self._folders = sorted([*self.roots, *self._standard, *self.installed], key=len, reverse=True)

    def locate(self, path: str) -> Place | None:
        """Locate a file; None for what belongs to Python, or to an environment itself."""
        folder = next((folder for folder in self._folders if _name_in(folder, path)), None)
        if folder is None:
            return Place("outside", path, path, str(Path(path).parent))
        name = _name_in(folder, path) or ""
        if folder in self._standard:
            return None
        if folder in self.roots:
            return None if name.startswith(".venv/") else Place("own", path, name, folder)
        is_environment = name.partition("/")[0].endswith(_OF_ENVIRONMENTS) or name.startswith("__editable__")
        return None if is_environment else Place("installed", path, name, folder)

    def candidates(self, name: str) -> Iterator[str]:
        """Yield where a file of the package that is not there may be on this machine."""
        for folder in (*self.roots, *self.installed):
            yield os.path.normpath(f"{folder}/{name}")

    def _is_own(self, folder: str) -> bool:
        return not _INSTALLED.intersection(Path(folder).parts) and any(_name_in(root, folder) for root in self.roots)


def _is_standard(folder: str) -> bool:
    path = Path(folder)
    if _INSTALLED.intersection(path.parts):
        return False
    return path.suffix == ".zip" or path.name == "lib-dynload" or (path / "os.py").is_file()


def _name_in(folder: str, path: str) -> str | None:
    prefix = folder.rstrip("/") + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None
