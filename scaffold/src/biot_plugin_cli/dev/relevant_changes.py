"""Which changes of files are worth a reload: those of what is packaged, and of what says how."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from biot_plugin_cli.git.tracked_files import ignoring_rule
from biot_plugin_cli.package.exclusions import exclusion

__all__ = ["relevant_changes"]

_CONFIGURATION = frozenset({"pyproject.toml", "uv.lock", "pylock.toml"})
# To ask git about each file of a change of branches would take longer than to load the plugin once too often.
_MAX_QUESTIONS = 20


def relevant_changes(root: Path, changed: Sequence[Path], data: Path | None = None) -> tuple[Path, ...]:
    """Select the files and folders whose change may change the plugin that runs on Lambda.

    Args:
        root: The plugin's folder.
        changed: The files and folders that have changed, relative to the plugin's folder.
        data: The folder that keeps the platform, which may be in the plugin's; None if none does.
    """
    own = root.resolve()
    packaged = tuple(
        path
        for path in changed
        if path.as_posix() in _CONFIGURATION
        or (_may_be_packaged(path) and not (data and (own / path).is_relative_to(data.resolve())))
    )
    if len(packaged) > _MAX_QUESTIONS:
        return packaged
    return tuple(path for path in packaged if ignoring_rule(root, path.as_posix()) is None)


def _may_be_packaged(path: Path) -> bool:
    name = path.as_posix()
    # A folder that was removed cannot be told from a file any more.
    return exclusion(name) is None and exclusion(f"{name}/_") is None
