"""Which folders of this machine a plugin's process may change, and what of it is not shown to the process."""

from __future__ import annotations

import os
import tempfile
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
    is run in place belongs to the developer, and stays as it is.

    Args:
        function: The function.
    """
    root = os.path.realpath(function.root)
    own = function.environment.get("TMPDIR")
    writable = [_TEMPORARY, tempfile.gettempdir(), *([] if function.read_only else [root]), *([own] if own else [])]
    return FileAccess(
        writable=_folders(writable),
        read_only=_folders([root] if function.read_only else []),
        hidden=[os.path.realpath(path) for path in function.hidden if os.path.lexists(path)],
    )


def _folders(paths: list[str]) -> list[str]:
    """Return those of these folders that exist, the outer ones first."""
    real = {os.path.realpath(path) for path in paths if Path(path).is_dir()}
    return sorted(real - {"/"})
