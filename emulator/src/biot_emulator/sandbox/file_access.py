"""Which folders of this machine a plugin's process may change, and what of it is not shown to the process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from biot_emulator.lambda_function.configuration import Function

__all__ = ["FileAccess", "file_access"]

# As on Lambda; and where the system's other programs have their temporary files.
_TEMPORARY = "/tmp"  # noqa: S108


class FileAccess(NamedTuple):
    """The paths, as `keeper.orders.Orders` has them."""

    writable: list[str]
    read_only: list[str]
    hidden: list[str]


def file_access(function: Function) -> FileAccess:
    """Return what a function's process may change, and what it is not shown.

    Everything but temporary folders can be read only. Code that was deployed can be read only wherever it is; code that
    is run in place belongs to the developer, and stays as it is, with its virtual environment, in which Python stores
    the bytecode of packages.

    Args:
        function: The function.
    """
    in_place = [] if function.is_read_only else [function.root, _virtual_environment(function.interpreter)]
    return FileAccess(
        writable=_folders([_TEMPORARY, tempfile.gettempdir(), function.temporary, *in_place]),
        read_only=_folders(function.read_only),
        hidden=[os.path.realpath(path) for path in function.hidden if os.path.lexists(path)],
    )


def _virtual_environment(python: Path) -> Path | None:
    folder = python.absolute().parent.parent
    return folder if (folder / "pyvenv.cfg").is_file() else None


def _folders(paths: Iterable[Path | str | None]) -> list[str]:
    """Return those of these folders that exist, the outer ones first."""
    real = {os.path.realpath(path) for path in paths if path and Path(path).is_dir()}
    return sorted(real - {"/"})
