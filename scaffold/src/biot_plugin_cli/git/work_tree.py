"""The work tree of an author's repository: what of it git has a copy of, and its index.

A plugin may be a subfolder of a repository. Only that folder is looked at, and paths are relative to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from biot_plugin_cli.git.environment import isolated_for
from biot_plugin_cli.git.index_entry import IndexEntry
from biot_plugin_cli.git.runner import git, run_git

__all__ = ["Stages", "WorkTree"]

_OPERATIONS = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_MODIFIED = " M"
_NEW_FILE_MODE = "100644"


class Stages(NamedTuple):
    """The two sides of a conflict that are not the author's.

    Attributes:
        base: The content that both sides started from; None if there was no file.
        theirs: The new content; None if the file was removed.
    """

    base: bytes | None
    theirs: bytes | None


class WorkTree(NamedTuple):
    """A folder in the work tree of a repository.

    Attributes:
        root: The folder.
        prefix: The path of the folder in the work tree, with a slash at the end; empty for the work tree itself.
        head: The id of the commit that is checked out.
        environment: The environment of git commands.
    """

    root: Path
    prefix: str
    head: str
    environment: Mapping[str, str]

    @classmethod
    def open(cls, root: Path) -> WorkTree:
        """Open the repository that a folder is in.

        Raises:
            GitFailed: There is none, it has no commit, or git refuses to read it.
        """
        environment = isolated_for(root)
        output = git(root, "rev-parse", "--show-prefix", "--verify", "HEAD^{commit}", environment=environment)
        # The id is the last line; a path may have line ends.
        prefix, _, head = output.rpartition("\n")
        return cls(root, prefix, head, environment)

    @property
    def git_folder(self) -> Path:
        """The folder of the repository's data that belongs to this work tree."""
        return Path(self._git("rev-parse", "--absolute-git-dir"))

    @property
    def index_file(self) -> Path:
        """The file of the index."""
        return self.git_folder / "index"

    def operation(self) -> str | None:
        """Return the name of a git operation that waits to be continued, if there is one."""
        folder = self.git_folder
        return next((name for file, name in _OPERATIONS.items() if (folder / file).exists()), None)

    def uncommitted(self) -> list[str]:
        """List the files that differ from the last commit, or that git does not track and not ignore."""
        options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
        lines = [line for line in self._git("status", *options, "--", ".").split("\0") if line]
        # Porcelain paths are relative to the work tree, whatever the settings.
        states = {line[3:].removeprefix(self.prefix): line[:2] for line in lines}
        # Git takes a file of another size for a changed one, even if only its line ends differ from what is stored.
        modified = [path for path, state in states.items() if state == _MODIFIED]
        entries = self.entries() if modified else {}
        suspects = {path: entries[path] for path in modified if path in entries and entries[path].is_file}
        changed = self.without_copy(suspects)
        return [path for path in states if path not in suspects or path in changed]

    def entries(self) -> dict[str, IndexEntry]:
        """List what git tracks, by path."""
        entries = {}
        for line in self._git("ls-files", "--stage", "-z").split("\0"):
            description, _, path = line.partition("\t")
            if path:
                mode, blob, _stage = description.split()
                entries[path] = IndexEntry(mode, blob)
        return entries

    def without_copy(self, files: Mapping[str, IndexEntry]) -> list[str]:
        """List the tracked files whose content git does not have, whatever git remembers or assumes of them."""
        # A file that was committed with the line ends of the work tree stays as it is, whatever the settings say.
        others = {path: entry for path, entry in files.items() if not entry.is_content_of(self.root / path)}
        return list(self._stored_otherwise(others))

    def checked_out(self, path: str, content: bytes) -> bytes:
        """Return a new file as git would check it out, with the line ends that attributes and settings ask for."""
        blob = self._store(path, content)
        _, checked_out = run_git(
            self.root, "cat-file", "--filters", f"--path={self.prefix}{path}", blob, environment=self.environment
        )
        return checked_out

    def mark_conflicts(self, index: Path, conflicts: Mapping[str, Stages]) -> None:
        """Record conflicts in an index file as a merge does.

        Args:
            index: The index file, a copy of the repository's.
            conflicts: The two other sides of each file.
        """
        entries = self.entries()
        lines: list[str] = []
        for path, stages in conflicts.items():
            lines += self._conflict_lines(path, entries[path], stages)
        stdin = "".join(f"{line}\0" for line in lines).encode(errors="surrogateescape")
        environment = {**self.environment, "GIT_INDEX_FILE": str(index)}
        git(self.root, "update-index", "-z", "--index-info", stdin=stdin, environment=environment)

    def unmark_conflicts(self, paths: Iterable[str]) -> None:
        """Take back `mark_conflicts` in the repository's index, where the conflicts are still unresolved."""
        unmerged = self._git("ls-files", "--unmerged", "-z").split("\0")
        names = {line.partition("\t")[2] for line in unmerged}
        if conflicts := [path for path in paths if path in names]:
            self._git("reset", "--quiet", "--", *conflicts)

    def _conflict_lines(self, path: str, entry: IndexEntry, stages: Stages) -> Iterable[str]:
        name = f"{self.prefix}{path}"
        yield f"0 {'0' * len(entry.blob)}\t{name}"
        mode = entry.mode if entry.is_file else _NEW_FILE_MODE
        if stages.base is not None:
            yield f"{mode} {self._store(path, stages.base)} 1\t{name}"
        yield f"{entry.mode} {entry.blob} 2\t{name}"
        if stages.theirs is not None:
            yield f"{mode} {self._store(path, stages.theirs)} 3\t{name}"

    def _stored_otherwise(self, files: Mapping[str, IndexEntry]) -> dict[str, IndexEntry]:
        """Return the files that git would store with other content than it has of them."""
        if not files:
            return {}
        names = "".join(f"{self.prefix}{path}\n" for path in files).encode(errors="surrogateescape")
        blobs = self._git("hash-object", "--stdin-paths", stdin=names).split()
        return {path: entry for (path, entry), blob in zip(files.items(), blobs, strict=True) if entry.blob != blob}

    def _store(self, path: str, content: bytes) -> str:
        return self._git("hash-object", "-w", "--stdin", f"--path={self.prefix}{path}", stdin=content)

    def _git(self, *arguments: str, stdin: bytes | None = None) -> str:
        return git(self.root, *arguments, stdin=stdin, environment=self.environment)
