"""Where a finding is, as other tools name files: relative to the repository, and always somewhere."""

from __future__ import annotations

import os
from itertools import takewhile
from pathlib import Path, PurePosixPath

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["Places"]

_MANIFEST = "pyproject.toml"


class Places:
    """The places of a plugin's findings in its repository.

    Args:
        root: The plugin's folder, which may be one of several in a repository.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._prefix = PurePosixPath(*root.relative_to(_top(root)).parts)

    def of(self, finding: Finding) -> tuple[str, int]:
        """Return the file of a finding, relative to the repository's top, and the line.

        What belongs to no file of the plugin's, and to no line, is at the beginning of the manifest, or of the file.
        """
        if self._is_inside(finding.file):
            return str(self._prefix / str(finding.file)), max(finding.line or 1, 1)
        return str(self._prefix / _MANIFEST), 1

    def message(self, finding: Finding) -> str:
        """Return what is wrong and what to do, with the location where it is none of the plugin's."""
        elsewhere = finding.file is not None and not self._is_inside(finding.file)
        suffix = f" ({SourceLocation(finding.file, finding.line)})" if elsewhere else ""
        return f"{finding.message}{suffix}: {finding.advice}"

    @staticmethod
    def _is_inside(file: str | None) -> bool:
        return bool(file) and not PurePosixPath(str(file)).is_absolute() and ".." not in PurePosixPath(str(file)).parts


def _top(root: Path) -> Path:
    """Find the top of the repository that a folder is in, as git does; the folder itself if it is in none."""
    ceilings = os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep)
    folders = (root, *takewhile(lambda folder: str(folder) not in ceilings, root.parents))
    return next((folder for folder in folders if (folder / ".git").exists()), root)
