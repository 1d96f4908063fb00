"""The words in the source code of the plugin that a folder belongs to: they identify nobody."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.manifest.file import ManifestFile

__all__ = ["words_of_sources"]

_SUFFIX = ".py"
# Tests are full of people's names.
_OTHERS = frozenset(("tests", "node_modules", "__pycache__", "dist", "build"))
_ENVIRONMENT = "pyvenv.cfg"


def words_of_sources(start: Path) -> frozenset[str] | None:
    """Return the words in the code of the plugin that a folder belongs to; None if there is no plugin.

    Args:
        start: The folder.
    """
    from biot_plugin.recording.own_words import words_of

    try:
        root = ManifestFile.find(start).path.parent
    except InvalidPlugin:
        return None
    words: set[str] = set()
    for file in _sources(root):
        # What cannot be compiled does not run either.
        with suppress(OSError, SyntaxError, ValueError, RecursionError), warnings.catch_warnings(action="ignore"):
            words |= words_of(compile(file.read_bytes(), str(file), "exec", dont_inherit=True))
    return frozenset(words)


def _sources(root: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(root):
        if _ENVIRONMENT in names:
            folders.clear()
            continue
        folders[:] = [name for name in folders if name not in _OTHERS and not name.startswith(".")]
        yield from (Path(parent, name) for name in names if name.endswith(_SUFFIX))
