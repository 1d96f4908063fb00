"""What the import of a plugin loaded, as its process reported it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Self

__all__ = ["Loaded", "source_of"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import loaded.

    Attributes:
        modules: The file of each module, by its name; source files instead of their bytecode.
        preloaded: The names of the modules that the process had before.
        files: The files that it read, including those of the modules.
        libraries: The shared libraries in its memory; empty where the system does not list them.
        search_path: The folders in which modules were searched.
    """

    modules: Mapping[str, str] = field(default_factory=dict)
    preloaded: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read the document of `Observation`; files that do not exist are left out."""
        modules = {name: source_of(file) for name, file in document["modules"].items()}
        files = (*modules.values(), *map(source_of, document["files"]))
        return cls(
            modules=modules,
            preloaded=frozenset(document["preloaded"]),
            files=tuple(sorted({file for file in files if os.path.isfile(file)})),  # noqa: PTH113 - of other users, too
            libraries=tuple(document["libraries"]),
            search_path=tuple(document["search_path"]),
        )


def source_of(file: str) -> str:
    """Return the source file that a file of bytecode was compiled from; other files are their own source."""
    path = PurePosixPath(file)
    if path.suffix != ".pyc" or path.parent.name != "__pycache__":
        return file
    source = path.parent.parent / f"{path.name.partition('.')[0]}.py"
    return str(source) if Path(source).is_file() else file
