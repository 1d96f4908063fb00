"""Copies of a plugin's own files, so that a version goes on running while its files are being changed."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.plugin.file_watcher import is_own

__all__ = ["Snapshots"]

_ENVIRONMENT = ".venv"


class Snapshots:
    """Takes the copies, and keeps those that may still be running; a context manager that removes them all.

    Args:
        root: The plugin's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._place = tempfile.TemporaryDirectory(prefix="biot-plugin-dev-", ignore_cleanup_errors=True)
        self._count = 0

    def __enter__(self) -> Self:
        """Keep copies, as since it was made."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove them."""
        self._place.cleanup()

    def take(self) -> Path:
        """Copy the plugin's own files as they are now; give the copy's folder.

        Raises:
            OperationFailed: One of them cannot be read.
        """
        self._count += 1
        copy = Path(self._place.name) / str(self._count)
        try:
            shutil.copytree(self._root, copy, ignore=self._foreign, ignore_dangling_symlinks=True)
        except OSError as error:
            shutil.rmtree(copy, ignore_errors=True)
            raise OperationFailed(f"The plugin's files cannot be copied: {_reason(error)}") from error
        if (environment := self._root / _ENVIRONMENT).exists():
            (copy / _ENVIRONMENT).symlink_to(environment.absolute())
        return copy

    def original(self, text: str) -> str:
        """Name the files of the plugin's folder where a text names those of a copy."""
        return re.sub(rf"{re.escape(self._place.name)}/\d+", lambda _: str(self._root), text)

    def keep(self, *copies: Path) -> None:
        """Remove all copies but these."""
        for copy in Path(self._place.name).iterdir():
            if copy not in copies:
                shutil.rmtree(copy, ignore_errors=True)

    def _foreign(self, folder: str, names: list[str]) -> list[str]:
        here = Path(folder).relative_to(self._root)
        return [name for name in names if not _is_kept(here / name, Path(folder) / name)]


def _reason(error: OSError) -> str:
    """What went wrong with the first file, where there were several."""
    several = isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list)
    return str(error.args[0][0][2]) if several else str(error)


def _is_kept(relative: Path, path: Path) -> bool:
    # A hidden file may be read by the plugin; nothing of what only tools read is in a hidden folder.
    hidden_folder = path.is_dir() and relative.name.startswith(".")
    return is_own(relative) and not hidden_folder
