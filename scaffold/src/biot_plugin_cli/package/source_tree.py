"""What git says of the folder that a package is made of: its commit, and what differs from that.

The content hash depends on none of it. It is recorded with what is deployed, so that any clone can build it again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.git.tracked_files import git_files, index_entries
from biot_plugin_cli.git.work_tree import WorkTree
from biot_plugin_cli.package.source_files import list_source_files
from biot_plugin_cli.uv.workspace import Workspace

__all__ = ["UNKNOWN_TREE", "SourceTree", "parse_commit", "record_commit"]

_CHANGED = "+changes"
_EXECUTABLE = "100755"


class SourceTree(NamedTuple):
    """The state of a plugin's folder.

    Attributes:
        commit: The id of the commit that is checked out; None if there is none.
        changed: The files that git tracks, and that differ from it; with paths from the plugin's folder.
        untracked: The files that are packaged although git does not track them; none without a repository.
    """

    commit: str | None = None
    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: Path) -> SourceTree:
        """Look at a plugin's folder; nothing is known of it where git cannot read its repository.

        The lock file and the settings of its workspace count too; what is neither tracked nor packaged does not.

        Args:
            root: The folder.
        """
        try:
            tracked = git_files(root, untracked=False)
            if tracked is None:
                # Of a repository in which nothing was added yet, everything is untracked.
                return cls(untracked=tuple(list_source_files(root)) if git_files(root) is not None else ())
            untracked = tuple(sorted(set(list_source_files(root)) - set(tracked)))
        except CliError:
            return cls()
        try:
            work_tree = WorkTree.open(root)
            changed = (*_differing(root, work_tree), *_changed_in_workspace(root, work_tree))
        except CliError:
            # Without a commit, nothing can differ from it.
            return cls(untracked=untracked)
        return cls(work_tree.head, changed, untracked)

    @property
    def is_clean(self) -> bool:
        """Whether the commit has all that is packaged."""
        return not (self.changed or self.untracked)

    @property
    def record(self) -> str | None:
        """The commit as it is recorded; `+changes` at the end if the folder had others; None for no commit."""
        return self.commit and record_commit(self.commit, is_clean=self.is_clean)


UNKNOWN_TREE = SourceTree()
"""The state of a folder that nothing is known of."""


def record_commit(commit: str, *, is_clean: bool) -> str:
    """Format a record of a commit."""
    return commit if is_clean else f"{commit}{_CHANGED}"


def parse_commit(record: str) -> tuple[str, bool]:
    """Parse a record of a commit: its id, and whether the folder had nothing else."""
    return record.removesuffix(_CHANGED), not record.endswith(_CHANGED)


def _differing(root: Path, work_tree: WorkTree) -> list[str]:
    """List the tracked files that differ from the commit, in content or mode, whatever git was told to assume."""
    entries = index_entries(root)
    # What is not there and not tracked was tracked: it was removed with git rm.
    names = {name for name in work_tree.uncommitted() if name in entries or not os.path.lexists(root / name)}
    files = {name: entry for name, entry in entries.items() if entry.is_file and _is_regular(root / name)}
    modes = (name for name, entry in files.items() if (entry.mode == _EXECUTABLE) != _is_executable(root / name))
    return sorted({*names, *work_tree.without_copy(files), *modes})


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _is_executable(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o100)


def _changed_in_workspace(root: Path, work_tree: WorkTree) -> list[str]:
    """List the changed files of the workspace that decide what is locked."""
    folder = Workspace.find(root).root
    if folder == root.resolve():
        return []
    outer = WorkTree.open(folder)
    decisive = {"pyproject.toml", "uv.lock"}
    return [str(folder / name) for name in outer.uncommitted() if name in decisive and outer.head == work_tree.head]
