"""Copies of a plugin's files, so that a version keeps running while its files are edited."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.plugin.ignored_files import is_plugin_file

__all__ = ["Snapshots"]

_ENVIRONMENT = ".venv"


class Snapshots:
    """Creates copies, and keeps those that may still be running; a context manager that removes all of them.

    Args:
        root: The plugin's folder.
        data: A folder that may be in it, and is not copied; None for none.
    """

    def __init__(self, root: Path, data: Path | None = None) -> None:
        self._root = root
        # Not resolve(), which fails at links to themselves.
        self._data = data and os.path.realpath(data)
        self._place = tempfile.TemporaryDirectory(prefix="biot-plugin-dev-", ignore_cleanup_errors=True)
        self._count = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove all copies."""
        self._place.cleanup()

    def take(self) -> Path:
        """Copy the plugin's current files; return the copy's folder.

        Raises:
            OperationFailed: A file cannot be read.
        """
        self._count += 1
        copy = Path(self._place.name) / str(self._count)
        try:
            shutil.copytree(self._root, copy, ignore=self._ignored, ignore_dangling_symlinks=True)
        except OSError as error:
            shutil.rmtree(copy, ignore_errors=True)
            raise OperationFailed(f"The plugin's files cannot be copied: {_reason(error)}") from error
        if (environment := self._root / _ENVIRONMENT).exists():
            (copy / _ENVIRONMENT).symlink_to(environment.absolute())
        return copy

    def original(self, text: str) -> str:
        """Replace the paths of a copy's files in a text by those of the plugin's files."""
        return re.sub(rf"{re.escape(self._place.name)}/\d+", lambda _: str(self._root), text)

    def keep(self, *copies: Path) -> None:
        """Remove all other copies."""
        for copy in Path(self._place.name).iterdir():
            if copy not in copies:
                shutil.rmtree(copy, ignore_errors=True)

    def _ignored(self, folder: str, names: list[str]) -> list[str]:
        here = Path(folder).relative_to(self._root)
        return [name for name in names if not self._is_copied(here / name, Path(folder) / name)]

    def _is_copied(self, relative: Path, path: Path) -> bool:
        # The plugin may read hidden files, such as .env; hidden folders belong to tools.
        hidden_folder = path.is_dir() and relative.name.startswith(".")
        is_data = self._data is not None and os.path.realpath(path) == self._data
        return is_plugin_file(relative) and not hidden_folder and not is_data


def _reason(error: OSError) -> str:
    """Describe the error; of several ones, the first."""
    several = isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list)
    return str(error.args[0][0][2]) if several else str(error)
