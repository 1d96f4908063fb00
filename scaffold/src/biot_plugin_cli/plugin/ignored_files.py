"""Files that tools and editors create for themselves: they are not part of a plugin, whoever lists its files."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["is_plugin_file"]

_TOOL_FOLDERS = frozenset(
    [
        *("__pycache__", "node_modules", ".venv", "venv", ".git", ".hg", ".svn", ".cache", ".uv", ".tox", ".nox"),
        *(".biot-plugin", ".idea", ".vscode", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "htmlcov"),
    ]
)
# Only at the top: deeper down, the plugin's own packages may have these names.
_BUILD_FOLDERS = frozenset(["build", "dist"])
_TOOL_FILES = re.compile(
    r"""
    \.py[co]$                       # bytecode
    | ^\.coverage(\.|$)
    | ^\.DS_Store$
    | ~$                            # backups of emacs, nano, gedit and others
    | ^\#.*\#$ | ^\.\#              # emacs: unsaved work, and locks
    | ^\..*\.sw[a-z]$ | ^4913$      # vim: unsaved work, and whether it may write
    | ^\.?___jb_ | ___jb_\w+___$    # the JetBrains family
    | ^\.goutputstream-             # GNOME
    | ^\.sb-                        # macOS
    | \.kate-swp$
    | ^flycheck_
    | \.tmp(\.[\w.-]+)?$
    """,
    re.VERBOSE,
)


def is_plugin_file(path: Path) -> bool:
    """Whether a file or folder is part of the plugin, and not an artifact of a tool or editor.

    Args:
        path: The path relative to the plugin's folder.
    """
    parts = path.parts
    if not parts or parts[0] in _BUILD_FOLDERS or _TOOL_FOLDERS.intersection(parts):
        return False
    # Nothing is imported from a hidden folder.
    if any(part.startswith(".") for part in parts[:-1]) or any(part.endswith(".egg-info") for part in parts):
        return False
    # Of folders, these are ordinary names.
    return not _TOOL_FILES.search(path.name)
